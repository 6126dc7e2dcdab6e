from importlib import resources

import sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2 as theirs
from bench.make_sapient_schema import schema as derived

from skypact.sensors.sapient import schema
from tests.unit.sensors.sapient import messages


def test_the_kept_schema_is_the_published_one() -> None:
    kept = resources.files("skypact").joinpath(schema.SCHEMA).read_bytes()
    assert kept == derived()


def test_messages_are_those_of_the_published_package() -> None:
    ours = messages.registration()
    read = theirs.SapientMessage.FromString(ours.SerializeToString())
    assert str(read) == str(ours)
    assert type(read) is not type(ours)  # a pool of our own beside theirs


def test_options_say_what_is_demanded() -> None:
    fields = schema.message_class().DESCRIPTOR.fields_by_name
    assert schema.rules(fields["node_id"]) == {"is_mandatory", "is_uuid"}
    assert schema.rules(fields["destination_id"]) == {"is_uuid"}
    assert schema.rules(fields["task"]) == set()
    assert schema.rules(schema.message_class().DESCRIPTOR.oneofs_by_name["content"]) == {
        "is_mandatory"
    }


def test_enumerations_are_known_by_name() -> None:
    assert schema.number("Registration.NodeType", "NODE_TYPE_FUSION_NODE") == 20


def test_bytes_that_are_no_message_raise_what_it_says() -> None:
    try:
        schema.message_class().FromString(b"\xff\xff\xff")
    except schema.decode_error():
        return
    raise AssertionError("it was read")
