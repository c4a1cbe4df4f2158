"""OAuth 2: who calls. ``oauthlib`` runs the grants, ``joserfc`` the tokens; both stay inside this room.

Tokens are RFC 9068 JWTs that say who acts and with which scopes; what that permits is decided anew at each request.
"""
