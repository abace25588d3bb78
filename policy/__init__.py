"""The rules as data: one CSV file a list, one entry a row, each with source, status and effective date.

These are the shipped defaults; a home gets a copy on first use, which officers edit there.
"""
