"""What a bank says of an account, and which events of ours its lines could be."""
