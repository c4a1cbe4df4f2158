"""Keys, blocks, tokens, profiles and the digest of facts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from catalog.errors import DeclarationError, SettingsError
from catalog.model import Audience, Kind, Sensitivity
from desensitise.mark import Channel, MasterKeys, Profile, keys_of, profile_of, read_master
from desensitise.mark.embed import embed
from desensitise.mark.prf import Prf, blocks, many
from desensitise.mark.rowhash import RowHash
from desensitise.mark.token import addresses, read_token
from tests.factories import a_column, a_dataset
from tests.mark_world import ADDRESS, PUBLIC, ROUNDED, TRACE, Entries, keys, trace


@pytest.mark.parametrize("digest", ["sha256", "sm3"])
def test_every_step_of_the_keys_parts_the_names(digest):
    service = MasterKeys(b"m" * 32, digest)
    found = {
        service.family("a"),
        service.family("b"),
        service.grant("a", "g"),
        service.grant("a", "h"),
        service.grant("b", "g"),
        service.download("a", "g", 1),
        service.download("a", "g", 2),
    }
    assert len(found) == 7
    assert {len(key) for key in found} == {32}


def test_the_two_digests_derive_different_keys():
    assert MasterKeys(b"m" * 32, "sm3").grant("a", "g") != MasterKeys(b"m" * 32).grant("a", "g")


def test_keys_do_not_show_themselves():
    shown = repr(keys(7)) + repr(MasterKeys(b"m" * 32))
    assert "b'" not in shown


@pytest.mark.parametrize("text", ["", "zz", "00" * 31, "00" * 33])
def test_a_malformed_master_is_refused(tmp_path, text):
    path = tmp_path / "key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(SettingsError):
        read_master(path)


def test_a_master_that_others_may_read_is_refused(tmp_path):
    path = tmp_path / "key"
    path.write_text("00" * 32)
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="others"):
        read_master(path)


def test_aes_is_the_standards_aes():
    # FIPS 197, appendix C.1, read as little-endian words.
    plain = np.frombuffer(bytes.fromhex("00112233445566778899aabbccddeeff"), "<u8").reshape(1, 2)
    cipher = Prf(bytes(range(16)))
    assert int(cipher.words(plain)[0]).to_bytes(8, "little").hex() == "69c4e0d86a7b0430"


def test_sm4_is_the_standards_sm4():
    # GB/T 32907-2016, appendix A.1.
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    plain = np.frombuffer(key, "<u8").reshape(1, 2)
    assert int(Prf(key, "sm4").words(plain)[0]).to_bytes(8, "little").hex() == "681edf34d206965e"


def test_many_ciphers_say_what_each_says():
    made = blocks(np.arange(50, dtype=np.uint64), 3, np.arange(50))
    ciphers = [Prf(bytes([n]) * 16) for n in range(5)]
    assert (many(ciphers, made) == np.stack([one.words(made) for one in ciphers])).all()


def test_a_token_reads_back():
    ordinals = np.array([0, 5, 2**32 - 1], np.uint64)
    macs = np.array([0, 2**64 - 1, 0x0123456789ABCDEF], np.uint64)
    for text, ordinal, mac in zip(addresses(ADDRESS, 77, ordinals, macs).to_pylist(), ordinals, macs, strict=True):
        assert text.startswith(ADDRESS)
        assert len(text) == len(ADDRESS) + 26
        for spelt in (text, text.upper(), f"see {text} there"):
            said = read_token(spelt)
            assert (said.download, said.ordinal, said.mac) == (77, int(ordinal), int(mac))


@pytest.mark.parametrize("text", ["", "aaaa", "a" * 25, "a" * 27, "https://hub.example.org/r/" + "1" * 26])
def test_no_token_is_read_where_none_is(text):
    assert read_token(text) is None


def test_rows_that_differ_anywhere_hash_differently():
    rows = ["", "a", "a\0", "\0a", "abcdefgh", "abcdefgh\0", "abcdefghi", "产品", None]
    batch = pa.RecordBatch.from_pydict({"a": rows, "b": ["x"] * len(rows)})
    swapped = pa.RecordBatch.from_pydict({"a": ["x", "ab"], "b": ["ab", "x"]})
    hashed = RowHash(b"k" * 32, ("a", "b"))
    assert len(set(hashed.of(batch).tolist())) == len(rows)
    assert len(set(hashed.of(swapped).tolist())) == 2


@pytest.mark.parametrize("longest", [54, 32_767, 32_768, 32_769])
def test_rows_hash_alike_whatever_stands_beside_them(longest):
    texts = ["abc", "abcdefghijkl", None, "", "产品" * 9, "a" * longest]
    together = RowHash(b"k" * 32, ("a",)).of(pa.RecordBatch.from_pydict({"a": texts}))
    alone = [
        RowHash(b"k" * 32, ("a",)).of(pa.RecordBatch.from_pydict({"a": pa.array([t], pa.string())})) for t in texts
    ]
    assert together.tolist() == [int(one[0]) for one in alone]


def test_the_registry_is_asked_before_the_first_row():
    class Refuses(Entries):
        def enter(self, *_):
            raise SettingsError("The registry is away.")

    with pytest.raises(SettingsError):
        next(embed(iter(()), PUBLIC, keys(1), Refuses()), None)


def test_a_profile_that_does_not_fit_is_refused():
    rows = trace(10).select(["uscc"])
    with pytest.raises(DeclarationError):
        list(embed([rows], PUBLIC, keys(1), Entries()))


def test_the_laws_digest_follows_every_part_of_a_profile():
    profiles = [PUBLIC, TRACE, ROUNDED, Profile("rounded", (Channel("quantity", "rounding", 3),), identity=("uscc",))]
    assert len({one.digest for one in profiles}) == 4


SHARED = (
    a_column("firm"),
    a_column("standards", Kind.STRINGS),
    a_column("amount", Kind.INTEGER, sensitivity=Sensitivity.TRADE_SECRET),
    a_column("paid", Kind.DECIMAL, sensitivity=Sensitivity.INTERNAL),
    a_column("day", Kind.DATE, sensitivity=Sensitivity.INTERNAL),
    a_column("pieces", Kind.INTEGER),
)


def kinds(audience):
    profile = profile_of(a_dataset(SHARED), ADDRESS, audience)
    return {one.column: one.kind for one in profile.channels}, profile


def test_public_copies_show_the_same_values():
    channels, profile = kinds(Audience.PUBLIC)
    assert channels == {"standards": "list"}
    assert profile.values == frozenset()
    assert profile.order
    assert profile.token


def test_regulators_copies_mark_protected_fields_only():
    channels, _ = kinds(Audience.REGULATORS)
    assert channels == {"standards": "list", "amount": "rounding", "paid": "precision", "day": "precision"}


def test_institutes_copies_mark_counts_by_identity():
    channels, profile = kinds(Audience.INSTITUTES)
    assert channels == {"amount": "additive", "pieces": "additive"}
    assert profile.keyed_by_identity
    assert not profile.order


def test_keys_of_a_copy_bind_its_grant_and_download():
    service = MasterKeys(b"m" * 32)
    found = keys_of(service, keys(7, 9).copy)
    assert (found.grant, found.download) == (service.grant("trace", "g7"), service.download("trace", "g7", 9))
    assert found.commitment != keys(7, 10).commitment
