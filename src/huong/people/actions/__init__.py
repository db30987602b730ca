"""What people do with accounts, posts, agencies, tokens and parties. Every door calls these."""
