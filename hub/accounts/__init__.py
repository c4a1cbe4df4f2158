"""Accounts of people: who signs in on the pages and on the consent page, and by which proofs.

An account belongs to a person who holds an approved role; it is opened by a one-time link and proves itself by a
password (Argon2id), optionally with one-time codes (RFC 6238), or by a passkey (W3C Web Authentication).
"""
