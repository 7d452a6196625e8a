# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   course: {seconds: 10, megabytes: 500, without: [method]}
# ---

# %% [markdown]
# # Start here: find the odd orders
#
# {{navigation}}
#
# *You are at the beginning of the course.*

# %% [markdown]
# **What you'll do.** Check your installation, find the strangest orders of a shop by eye and then with one line of pandas, and see what that line misses.
#
# **What you'll learn**
# - run a lesson, answer an exercise, read its check and keep your work;
# - tell point, contextual and collective anomalies apart;
# - say which labels you have, and which methods that allows;
# - judge a list of alarms by what it misses as well as by what it finds.
#
# **What you'll need.** Python and a little pandas. {{minutes}} minutes to read, 20 for the exercises; {{measured}}.
#
# ***
# ## Is everything there?
#
# Run a cell with **Shift + Enter**. This one loads what the lesson uses and then checks your installation, one line for each thing.

# %% tags=["nbval-ignore-output"]
from helpers import datasets, plots
from helpers.checks import check_environment
from helpers.checks import lesson_00 as check

import matplotlib.pyplot as plt
import pandas as pd

plots.use_style()
check_environment()

# %% [markdown]
# Every line should begin with `[OK]`. A line with `[FAIL]` says what is wrong and how to repair it; repair it before you go on.
#
# ## How a lesson works
#
# - **Run the cells from top to bottom**, and read the text below each output: it says what to see there. *Run, Run All Cells* works too, in every lesson,
#   before and after the exercises are solved.
# - **Before you run** asks you for a prediction. Make one, on paper if you like, and then compare.
# - **Exercises** come at the end. An answer cell contains `...`: replace it, run the cell, then run the check below it. A check says *not attempted
#   yet*, *not yet* with a pointer, or *right*. Hints are folded: click on the word. Worked solutions lie in the folder `solutions`, under the same name.
# - **Keep your work.** On your own machine you edit the files of the course; `make update` brings in a newer course and first
#   copies the notebooks you changed to `notebooks/mine/`. A Binder session ends after ten idle minutes and its files are lost: before you leave, right-click the notebook in the file list and choose *Download*.
# - **Words** that the [glossary](glossary.md) explains are links where a lesson first uses them. The [cheat sheet](cheat_sheet.md) has the whole course on one page.
# - **One kernel at a time.** Shut a lesson's kernel down (menu *Kernel*) before you open the next.
#
# ## The question and the data
#
# You work for a shop that sells groceries, books, clothes and furniture online. About 220 orders arrive a day. Most are fine. A few are not: a stolen
# card, a price that somebody mistyped, an account in the wrong hands. A colleague can look at a handful of orders a day. **Which ones should you show her?**

# %%
shop = datasets.load_orders()
orders = shop.data
orders.head(4).T

# %% [markdown]
# Four orders, turned on their side to fit the page: each column is one of 20,000 rows, from 90 days. They are **simulated**: no shop gives away its fraud cases, so a documented program invented
# customers with habits, products with prices, sales days, and 400 odd orders (2 %). [The data card](../data/README.md) lists columns and counts; [the program](../data/regenerate/orders.py)
# shows how each kind of trouble is made. Later lessons add real data; every lesson says which it has.
#
# `shop.data` holds the orders, `shop.labels` a 1 for each odd one and a 0 for the others, `shop.kinds` the kind of trouble. The last two serve to judge, never to find.
#
# Look before you compute. A picture of all orders: how many pieces, at what price.
#
# **Before you run:** quantities are small numbers, prices run from two to 1,500 euros. Where will 20,000 orders crowd, and where would you look for odd ones?

# %%
fig, ax = plt.subplots(figsize=(7, 3.6))
ax.scatter(orders["quantity"], orders["unit_price"], s=6, alpha=0.3, linewidths=0)
ax.set(xscale="log", yscale="log", xlabel="pieces (log scale)", ylabel="price of a piece [€] (log scale)",
       title="Some orders stand far from the crowd")
plt.show()

# %% [markdown]
# *The figure: columns of dots at 1 to 15 pieces, densest and tallest (2 to 1,500 euros) at one piece, paler and shorter to the right; three thin columns at 24, 36 and 48 pieces, below 10 euros; then a loose cloud of single dots from 32 to 281 pieces, between 2 and 560 euros.*
#
# Both axes are logarithmic: each step multiplies. Without that, nearly all dots would lie on one spot at the lower left. The three thin columns are honest: small firms buy groceries by the case.
# Your eye goes to the loose cloud on the right: a hundred pieces of something that costs 200 euros. **An anomaly is an observation that deviates so much from the others that one suspects another mechanism behind it.**
# That is, in our words, Hawkins' definition of an outlier (1980). Its last words matter: rare is not enough, something else must have produced it.
#
# ## A first win: one line
#
# A shop loses money by the amount of an order, in most cases pieces times price: the upper right corner of the picture. So let pandas take the 20 largest amounts, in one line.
#
# **Before you run:** how many of these 20 will be among the 400 that something is wrong with?

# %%
largest = orders.nlargest(20, "amount")
found = shop.labels[largest.index].sum()
print(f"{found} of the 20 largest orders are odd")

# %% [markdown]
# Eighteen of 20. One line, no model, no training. Every method of this course will stand beside a line like this one, and on some data the line will win.
#
# ## What the line does not see
#
# Look at the other 382. The simulator wrote down what kind of trouble each odd order is; in life you would not have that column. There are five kinds:
#
# - **bulk order**: far more pieces than anybody orders of such a product;
# - **wrong price**: far too high or too low for this product, and ordinary for the shop;
# - **amount mismatch**: the amount is not pieces times price, and no coupon explains it;
# - **card testing**: a burst of tiny orders from one account;
# - **account takeover**: somebody else uses a regular customer's account.

# %% tags=["headline"]
all_odd = shop.kinds[shop.labels == 1].value_counts().rename("in the data")
in_list = shop.kinds[largest.index].value_counts().rename("in the list")
by_kind = pd.concat([all_odd, in_list], axis=1).drop("normal").fillna(0).astype(int)
print(by_kind.to_string())
assert by_kind.loc["account takeover", "in the data"] == 60   # keeps the texts below true
assert found == 18 and by_kind["in the list"].gt(0).sum() == 1
print(f"one line finds {found} of 20, and {by_kind['in the list'].gt(0).sum()} of {len(by_kind)} kinds")

# %% [markdown]
# Every hit is a bulk order, and the two false alarms are large, honest orders of 13 and 15 pieces. Of the four other kinds the line found none: not one of their amounts reaches 1,300 euros, and the list ends at 5,289. The share of true
# alarms in a list (here 90 %) is its **precision**. The share of all odd orders that the list holds (18 of 400, 4.5 %) is its **recall**. A list can be excellent by one and poor by the other.
#
# And the list is short: 20 orders in 90 days. Your colleague reads five a day.
#
# **Before you run:** of the five largest amounts of each day, 450 orders in all, what share will be odd?

# %%
largest_of_day = orders.groupby(orders["time"].dt.date)["amount"].nlargest(5).index.get_level_values(1)
print(f"{shop.labels[largest_of_day].sum()} of {len(largest_of_day)} are odd")
assert shop.labels[largest_of_day].mean() < 0.2

# %% [markdown]
# One in six. The precision of a list depends on its length: a long one is harder than a short one. Lesson 02 is about that.
#
# What do the other kinds look like?
#
# ## Three ways to be odd
#
# A **point anomaly** is odd by itself: 200 pieces of anything, whoever orders. You have found those.
#
# A **contextual anomaly** is odd *here*: the same value would be ordinary elsewhere. Take one skin cream, product 1171, and every price it was sold at.

# %%
cream = orders[orders["product_id"] == 1171]
wrong = shop.kinds[cream.index] == "wrong price"
fig, ax = plt.subplots()
plots.dots_and_crosses(ax, cream["time"], cream["unit_price"], wrong,
                       labels=("usual price", "wrong price"), size=10)
ax.set(ylabel="price of a piece [€]", ylim=(0, 330),
       title="Contextual: 50 € is an ordinary price, but not for this cream")
plt.show()
assert cream.loc[wrong, "unit_price"].min() > 3 * cream.loc[~wrong, "unit_price"].max()

# %% [markdown]
# *The figure: prices of one product over 90 days form a flat line of dots at 14.5 euros; five crosses stand far above it, from about 50 to 245 euros.*
#
# Some 640 orders in this shop have a unit price between 45 and 55 euros. Only the context, this product, makes it wrong. A glance at the shop's price list would settle it; a glance at the order would not.
#
# A **collective anomaly** is a group that is odd together, of members that are ordinary one by one. Here is the eighth of April, each order a mark.

# %%
day = orders[orders["time"].dt.date == pd.Timestamp("2025-04-08").date()]
testing = shop.kinds[day.index] == "card testing"
minutes = (day["time"] - pd.Timestamp("2025-04-08 13:00")) / pd.Timedelta("1min")
fig, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3.2), sharey=True)
for ax, since in [(left, 13 + minutes / 60), (right, minutes)]:
    plots.dots_and_crosses(ax, since, day["amount"], testing, labels=("other orders", "card testing"), size=14)
left.set(yscale="log", xlim=(0, 24), ylim=(2, 9000), xticks=range(0, 25, 4), xlabel="hour of the day",
         ylabel="amount [€] (log scale)", title="Collective: one small stack in a day ...")
right.set(xlim=(0, 12), xlabel="minutes after 13:00", title="... is fourteen orders in five minutes")
right.get_legend().remove()
plt.show()
assert testing.sum() == 14 and day.loc[testing, "customer_id"].nunique() == 1

# %% [markdown]
# *The figure: left, about two hundred dots spread over the day between 3 and 1,600 euros, few at night; shortly after 13 o'clock a stack of crosses between 3 and 6 euros. Right, the twelve minutes after 13:00 enlarged: fourteen crosses side by side from minute 3 to minute 8, and a single dot later.*
#
# Somebody tries stolen card numbers on cheap goods to learn which still work. All fourteen come from one account. Each order, alone, could be yours. Any method that looks at one row at a time is blind to them,
# unless a column says what happened in the minutes before. Lesson 01 builds such columns.
#
# The two remaining kinds are contextual as well. An amount that is not pieces times price is odd for this row's other columns; an account that orders at a strange hour, from a strange country, something it never bought, is odd for *that* customer.
#
# ## Detection, discovery, and what comes after
#
# The name of our subject covers two jobs, and different mistakes are costly in each.
#
# | | **anomaly detection** in a stream | **anomaly discovery** in a batch |
# |---|---|---|
# | when | now, as each order arrives | once, over a file that is complete |
# | may look at | the past only | everything, before and after |
# | must be | fast, and calibrated: each false alarm costs somebody's time today | worth reading: a ranked list, the strangest first |
# | example | stop this payment? | which of last year's invoices should the auditor open? |
#
# The list of 20 above was discovery: it used all 90 days at once. From lesson 01 on the course detects unless it says otherwise: no score may use what came later. And after the alarm comes **handling**: *correct* the value if you know the right one (a decimal slip),
# *replace* it if something downstream needs a number (a gap in a sensor: interpolate, and mark it), *remove* it only if it is no observation at all (a test row, a duplicate).
# Keep odd values that are true: they may be what you were looking for.
#
# ## What labels do you have?
#
# Somebody must have marked odd cases before you can learn from them. Usually nobody has, and that decides the method.
#
# | you have | the setting is called | what you can do |
# |---|---|---|
# | rows known to be normal, only these | **novelty detection** (also: semi-supervised) | learn normal, alarm on what is far from it |
# | unlabelled rows, a few of them odd | **contaminated data**, outlier detection (also: unsupervised) | the same, with methods that a few odd rows cannot spoil |
# | many marked rows of both sorts | **supervised learning** | train a classifier: it can find the kinds it was shown |
#
# Marks are few. Here 60 of 20,000 orders are account takeovers, and in a real shop only those count as marked that somebody noticed.
#
# Where you have marks, use them. Lesson 03 trains a classifier on about a hundred marked odd orders of all kinds, and it ranks better than every detector that has none. Then one kind is left out of its training, and it finds few of that kind or none. Tomorrow's fraud may be of a kind that no label shows yet. A classifier learns the odd cases it has seen; a detector learns what normal looks like and is surprised by the rest.
#
# So this course trains on normal or on unlabelled rows, and spends its few labels where nothing can replace them: on judging the result and, at times, on setting the limit.
#
# ## Exercise 1 · name the kind
#
# Which kind is each of these? Replace each `...` by `"point"`, `"contextual"` or `"collective"`.
#
# - **a**: a thermometer in a cold store reports 900 °C.
# - **b**: 24 °C, measured outdoors in Oslo, in January.
# - **c**: a heart that beats 70 times a minute, with exactly the same gap between all beats for a week.
# - **d**: an employee's badge opens the office at 3 in the morning; nights are when the cleaners come.
#
# <details><summary>Hint</summary>Would the value be odd anywhere? Only in this place or at this time? Or is no single value odd at all?</details>

# %%
kind_of = {"a": ..., "b": ..., "c": ..., "d": ...}
### BEGIN SOLUTION
# a is odd anywhere; b and d are ordinary values in the wrong season and at the wrong hour for that person;
# in c every single gap is ordinary, only a week of identical ones is not: perhaps the sensor is stuck.
kind_of = {"a": "point", "b": "contextual", "c": "collective", "d": "contextual"}
### END SOLUTION

# %% tags=["check"]
check.exercise_1(kind_of)

# %% [markdown]
# ## Exercise 2 · a rule from the cash desk
#
# An accountant proposes a rule without any statistics: *the amount must be pieces times price*. Count in `broken` the orders that break it by more than one cent, and
# in `broken_and_odd` those among them that are odd. Is it a good rule?
#
# <details><summary>Hint</summary>Build a boolean column from <code>orders["amount"]</code> and the product of the two others; use <code>.abs() &gt; 0.01</code>, and add up <code>shop.labels</code> where it is true.</details>

# %%
broken = ...
broken_and_odd = ...
### BEGIN SOLUTION
# Floating-point numbers differ by dust, so the comparison leaves a margin. Labels are used only to judge the rule.
gap = (orders["amount"] - orders["quantity"] * orders["unit_price"]).abs()
broken = (gap > 0.01).sum()
broken_and_odd = shop.labels[gap > 0.01].sum()
### END SOLUTION

# %% tags=["check"]
check.exercise_2(broken, broken_and_odd)

# %% [markdown]
# ## Exercise 3 · Spot the bug
#
# Recipes like this one are common. It runs, and prints a number.
#
# ```python
# columns = ["order_id", "customer_id", "product_id", "quantity", "unit_price"]
# distance = (orders[columns] - orders[columns].mean()).abs().sum(axis=1)
# odd = orders[distance > distance.quantile(0.95)]
# print("number of anomalies:", len(odd))
# ```
#
# Which of these are true? Put their letters into the set `faults`.
#
# - **a**: ids are names, not magnitudes: customer 12,000 is not "more" than customer 11,000.
# - **b**: the rule calls 5 % of the orders odd whatever the data are, even if none is.
# - **c**: a mean cannot be computed from whole numbers like `quantity`.
# - **d**: columns on different scales are added up, so the order ids, which spread widest, outweigh all others.
# - **e**: the result is a count: nobody has looked at a single alarm, so nothing says how many are right.
# - **f**: absolute values lose the sign, so values below the mean are not counted.
#
# <details><summary>Hint</summary>Four are true. Compare <code>orders[columns].std()</code> to see what the sum is made of.</details>

# %%
faults = ...
### BEGIN SOLUTION
# c is false: a mean of whole numbers is a number. f is false: far below the mean counts as far, too.
faults = {"a", "b", "d", "e"}
### END SOLUTION

# %% tags=["check"]
check.exercise_3(faults)

# %% [markdown]
# ## Exercise 4 · your own data (open)
#
# Think of data from your work, or take a row of the table at the end of this page. Fill in:
#
# - **observation**: what is one observation, in your words;
# - **kind**: which kind of anomaly matters most, `"point"`, `"contextual"` or `"collective"`;
# - **labels**: what you have, `"normal rows"`, `"unlabelled rows"` or `"marked rows"`;
# - **miss** and **false alarm**: what each costs, in the same money or the same minutes;
# - **break-even**, to three digits: the precision at which a list pays for itself, when a right alarm saves the cost of a miss and a wrong one costs a false alarm.
#
# Keep the answer: you will come back to it in lesson 02.
#
# <details><summary>Hint</summary>At break-even, precision <code>p</code> times the cost of a miss equals <code>(1 - p)</code> times the cost of a false alarm. If you cannot name the two costs, that is the first thing to find out; guess for now.</details>

# %%
my_case = {"observation": ..., "kind": ..., "labels": ..., "miss": ..., "false alarm": ..., "break-even": ...}
### BEGIN SOLUTION
# One possible answer. A lost restore costs 200 times what a look in the morning costs: even a list with one right
# alarm in 201 is worth reading, so this administrator should ask for long lists.
my_case = {"observation": "the nightly backup of one server: minutes, gigabytes, exit code", "kind": "contextual",
           "labels": "unlabelled rows", "miss": 1000, "false alarm": 5, "break-even": 5 / (5 + 1000)}
### END SOLUTION

# %% tags=["check"]
check.exercise_4(my_case)

# %% [markdown]
# ***
# ## Going further (optional): where it is used
#
# | field | one observation | odd | a miss costs | a false alarm costs |
# |---|---|---|---|---|
# | finance | a payment | a stolen card | the amount | a customer at the till, refused |
# | network security | a connection | an intruder | data, weeks of repair | an analyst's half hour |
# | medicine | a heartbeat | a premature beat | a late diagnosis | worry, another examination |
# | machines | a minute of sensor readings | a bearing that wears out | a halted plant | a technician's trip |
# | communications | a cell's traffic in an hour | a fault in the mast | angry subscribers | an engineer's night call |
#
# In every row the questions are the same: what is normal here, how far is too far, and what does each mistake cost?
#
# ## The map of the course
#
# {{map}}
#
# All lessons share one interface of detectors and one scoreboard. In a hurry, with a file in your hand? [Lesson 11](11_choose_a_detector_for_your_data.ipynb) can be run first and understood later.
#
# ***
# ## What we learned
# - We ran a lesson, and know how exercises, hints and checks work and how to keep our work.
# - We told point, contextual and collective anomalies apart, one picture each.
# - We named the labels that one can have, and what each allows: a classifier finds the kinds it was shown, a detector may find others.
# - We judged a list of alarms by what it found (18 of 20), by what it missed (four kinds of five), and saw a longer list do worse.
#
# **In practice** the first version of every detector is a sorted table that somebody reads. Build that first: it shows what the data look like, what a domain rule can do, and what the next
# method has to beat.
#
# **Further reading**
# - Chandola, Banerjee, Kumar: *Anomaly Detection: A Survey*, ACM Computing Surveys 41(3), 2009. The source of the three kinds, with tables of applications.
# - Aggarwal: *Outlier Analysis*, second edition, Springer 2017. The textbook; chapter 1 for the settings, with and without labels.
# - Hawkins: *Identification of Outliers*, Chapman and Hall 1980. A short book; the definition paraphrased above is on its first page.
#
# *Done? Shut this kernel down (menu Kernel, Shut Down Kernel) before you open [lesson 01](01_catch_odd_orders.ipynb).*
