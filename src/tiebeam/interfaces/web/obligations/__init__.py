"""What donors owe by rule: the rule of a programme, its notices, one notice step by step, a donor's load."""
