#!/bin/sh
touch executed-install-sh
cpanm --mirror "$(touch executed-install-sh-command)" Foo
