"""Tables as people keep them: CSV files and workbooks in, headed rows with row numbers out."""
