# SPDX-License-Identifier: ISC
"""What the integration tests stand on: real mail servers, a real name server, foreign verifiers, and the daemon."""
