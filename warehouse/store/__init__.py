"""Where things lie: the home and its files, the lake, the writers' lock, processes. Does not belong here: what is written."""
