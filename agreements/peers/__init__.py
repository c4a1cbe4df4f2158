"""Between provinces: hubs that speak to hubs, by signed messages of which both sides keep receipts."""
