"""Messages to people: they stay here, and every address counts as verified but for those that are nobody's."""

import logging
import time

from ministack.services import ses, sns

# The domain that no address will ever be in (RFC 2606). SES refuses a recipient there as it does one that is not
# verified, while an account is in its sandbox.
NOBODY = ".invalid"


def keep_messages():
    """A text says when it was sent, as an e-mail does, and nobody has to verify an address first."""
    publish = sns._publish

    def publish_and_stamp(params):
        answer = publish(params)
        number = sns._p(params, "PhoneNumber")
        if number:
            for message in sns._sms_log_for(number):
                message.setdefault("Timestamp", time.time())
        return answer

    sns._publish = publish_and_stamp
    # Recipients are looked at in the sandbox only.
    ses._production_access_enabled = lambda: False
    ses._identity_verified = lambda address, **_: not address.strip().lower().endswith(NOBODY)
    # What goes to people is nobody's business who reads the log.
    for name in ("sns", "ses", "ses-v2"):
        logging.getLogger(name).setLevel(logging.WARNING)
