"""The checkpoint moves only past records that are settled."""

from emulator.firehose.checkpoint import Checkpoint


def test_checkpoint_waits_for_the_earliest_unsettled_record() -> None:
    # GIVEN three records read
    subject = Checkpoint()
    for number in ("1", "2", "3"):
        subject.read(number)

    # WHEN the later ones settle first
    subject.settle("3")
    subject.settle("2")

    # THEN the checkpoint stays before the first
    assert (subject.sequence_number, subject.last_read, len(subject)) == (None, "3", 1)

    # WHEN that one settles too, THEN the checkpoint passes all of them
    subject.settle("1")
    assert (subject.sequence_number, len(subject)) == ("3", 0)


def test_record_with_a_backup_is_settled_when_both_copies_are_safe() -> None:
    # GIVEN a record that goes to two places
    subject = Checkpoint()
    subject.read("1", times=2)

    # WHEN one of them has it, THEN the checkpoint stays
    subject.settle("1")
    assert subject.sequence_number is None

    # WHEN both have it, THEN the checkpoint moves
    subject.settle("1")
    assert subject.sequence_number == "1"


def test_record_that_nothing_came_of_is_passed_with_those_before_it() -> None:
    # GIVEN a record behind another one, that nothing is made of
    subject = Checkpoint()
    subject.read("1")
    subject.read("2", times=0)
    assert subject.sequence_number is None

    # WHEN the record settles, THEN the checkpoint passes both
    subject.settle("1")
    assert subject.sequence_number == "2"
