"""Policy files, read and checked: the shape of each list, and what is wrong with a file. Does not belong here: what an entry means."""
