"""Messages to people: they stay here, and every sender counts as verified."""

import logging
import time

from ministack.services import ses, sns


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
    ses._identity_verified = lambda *_, **__: True
    # What goes to people is nobody's business who reads the log.
    for name in ("sns", "ses", "ses-v2"):
        logging.getLogger(name).setLevel(logging.WARNING)
