"""What decides what is found in delivered tables, besides their bytes: for who asks whether they are to be read again.

Apart from `content.py`, so that asking imports no detectors.
"""

#: Lists of policy that `content.profile` and the detectors go by.
CONTENT_LISTS = (
    "content_limit",
    "placeholder_value",
    "detector",
    "detector_term",
    "grade_rule",
    "content_constraint",
    "content_reference",
)
#: Raise it when a table gives another profile for equal bytes: homes then read their content again.
CONTENT_VERSION = 3
