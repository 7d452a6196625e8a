"""What the cases of all lessons share: each check knows an empty answer, several wrong ones and the right one."""

from helpers.checks.core import NOT_ATTEMPTED

import pytest

__all__ = ["check_cases", "crash"]


def crash(*_):
    """A learner's function that does not run."""
    raise KeyError("amuont")


def check_cases(module, cases):
    """The two tests of a lesson's checks.

    cases : by exercise, pairs of the answers given to its check and what is expected: "empty", "right" (the worked
    solution's answer among them), or a part of the sentence that tells what is wrong.
    """

    @pytest.mark.parametrize("number", cases)
    def test_answers(number):
        check = getattr(module, f"exercise_{number}")
        for answers, expected in cases[number]:
            reply = check(*answers)
            if expected == "empty":
                assert (reply.verdict, str(reply)) == ("empty", NOT_ATTEMPTED)
            elif expected == "right":
                assert reply.verdict == "right", reply
            else:
                assert reply.verdict == "not yet" and expected in reply.text, f"{expected!r} is not in: {reply}"

    def test_every_check_is_tested():
        assert {int(name[-1]) for name in module.__all__} == {*cases}

    return test_answers, test_every_check_is_tested
