"""Whether every mail draft carries its volume whole, within the limit: mails.py FOLDER ATTACHMENT_LIMIT."""

import email
import email.policy
import pathlib
import sys

folder, limit = pathlib.Path(sys.argv[1]), int(sys.argv[2])
bundles = {path.name: path.read_bytes() for path in folder.glob("*.zip")}
mails = sorted(folder.glob("*.eml"))
subjects, carried = set(), set()
for path in mails:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert not message.defects and message["X-Unsent"] == "1", path
    (attachment,) = message.iter_attachments()
    name = attachment.get_filename()
    assert attachment.get_content() == bundles[name], f"{path}: {name} differs"
    assert len(attachment.get_payload()) <= limit, path
    assert name in message.get_body().get_content(), path
    subjects.add(message["Subject"])
    carried.add(name)
assert carried == set(bundles), set(bundles) - carried
assert len(subjects) == len(mails) and all("/" in subject for subject in subjects), subjects
