package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/aws/smithy-go"
)

var failed bool

// check runs one part and prints a line for it: `ok NAME`, or `not ok NAME` with what was wrong.
func check(name string, body func()) {
	defer func() {
		if wrong := recover(); wrong != nil {
			failed = true
			fmt.Printf("not ok %s: %s\n", name, strings.ReplaceAll(fmt.Sprint(wrong), "\n", " | "))
			return
		}
		fmt.Printf("ok %s\n", name)
	}()
	body()
}

func finish() {
	if failed {
		os.Exit(1)
	}
}

// must is the answer of a call that has to succeed.
func must[Answer any](answer Answer, err error) Answer {
	if err != nil {
		panic(err)
	}
	return answer
}

func done(err error) {
	if err != nil {
		panic(err)
	}
}

func equal(found, wanted any) {
	if !reflect.DeepEqual(found, wanted) {
		panic(fmt.Sprintf("found %#v, wanted %#v", found, wanted))
	}
}

// refused is the error of a call that has to fail, as the SDK's own type of it.
func refused[Failure error](_ any, err error) Failure {
	var failure Failure
	if !errors.As(err, &failure) {
		panic(fmt.Sprintf("wanted a %T, found %v", failure, err))
	}
	return failure
}

// code is the code of an error that has no type in the SDK.
func code(answer any, err error) string {
	return refused[smithy.APIError](answer, err).ErrorCode()
}
