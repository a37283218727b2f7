"""What stands beside the books of a pair: its payment schedule, reimbursements, registers of gifts."""
