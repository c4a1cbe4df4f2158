"""Delta Sharing: what a party may take is also a share, read as files by clients that know nothing of this hub.

Protocol: https://github.com/delta-io/delta-sharing/blob/main/PROTOCOL.md. The views stand in ``hub.api.data.delta``.
"""
