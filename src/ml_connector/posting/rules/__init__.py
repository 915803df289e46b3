"""The rules, each a small pure function: a case in, lines or findings out.

`case` says what a rule is given and makes. `decide` names them in the order in which they are asked.
"""
