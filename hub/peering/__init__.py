"""Other hubs: messages, questions and answers, receipts."""
