// Reads a ledger's verifier key, checkpoints, entries and proofs as JSON from standard input and checks them with the
// Go project's own implementations: golang.org/x/mod/sumdb/note and golang.org/x/mod/sumdb/tlog.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type inclusion struct {
	Seq, Size int64
	Leaf      string
	Path      [][]byte
}

type consistency struct {
	Old, New int64
	Path     [][]byte
}

type input struct {
	VKey        string
	Skey        string
	Checkpoints []string
	Inclusion   []inclusion
	Consistency []consistency
}

func main() {
	var in input
	must(json.NewDecoder(os.Stdin).Decode(&in))
	roots := open(in)
	for _, one := range in.Inclusion {
		proof := tlog.RecordProof(hashes(one.Path))
		must(tlog.CheckRecord(proof, one.Size, roots[one.Size], one.Seq, tlog.RecordHash([]byte(one.Leaf))))
	}
	for _, one := range in.Consistency {
		proof := tlog.TreeProof(hashes(one.Path))
		must(tlog.CheckTree(proof, one.New, roots[one.New], one.Old, roots[one.Old]))
	}
	fmt.Printf("%d checkpoints, %d inclusions, %d consistencies\n", len(roots), len(in.Inclusion), len(in.Consistency))
}

// open checks every checkpoint's signature and returns the roots by size.
func open(in input) map[int64]tlog.Hash {
	verifier, err := note.NewVerifier(in.VKey)
	must(err)
	roots := map[int64]tlog.Hash{}
	for _, text := range in.Checkpoints {
		opened, err := note.Open([]byte(text), note.VerifierList(verifier))
		must(err)
		lines := strings.Split(opened.Text, "\n")
		if len(lines) != 4 || lines[0] != verifier.Name() {
			must(fmt.Errorf("no checkpoint of %s", verifier.Name()))
		}
		size, err := strconv.ParseInt(lines[1], 10, 64)
		must(err)
		root, err := tlog.ParseHash(lines[2])
		must(err)
		roots[size] = root
		fmt.Print(resigned(in.Skey, opened.Text) == text, " ")
	}
	return roots
}

// resigned signs the same text with the same key here.
func resigned(skey, text string) string {
	signer, err := note.NewSigner(skey)
	must(err)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	must(err)
	return string(signed)
}

func hashes(path [][]byte) []tlog.Hash {
	var found []tlog.Hash
	for _, one := range path {
		var hash tlog.Hash
		if copy(hash[:], one) != len(hash) || len(one) != len(hash) {
			must(fmt.Errorf("a hash of %d bytes", len(one)))
		}
		found = append(found, hash)
	}
	return found
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
