"""The page as its users meet it: a real Chromium, a real server, real data."""
