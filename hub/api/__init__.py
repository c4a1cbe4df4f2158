"""The exchange API over HTTP: public facts openly, everything else by token, and every answer through ``decide``.

``app`` puts it together, ``doors`` keeps it closed, ``problems`` words every refusal, ``watch`` sees every request.
"""
