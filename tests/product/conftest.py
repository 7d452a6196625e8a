"""Prints what the product tests measured as one table, at the end of the run."""


def pytest_terminal_summary(terminalreporter):
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind)]
    rows = sorted({value for report in reports for name, value in report.user_properties if name == "binder row"})
    if rows:
        terminalreporter.section("one core, no network, read-only; peak resident MB of the server and one kernel")
        terminalreporter.write_line("lesson                             seconds   CPU s  server  kernel    both")
        for row in rows:
            terminalreporter.write_line(row)
