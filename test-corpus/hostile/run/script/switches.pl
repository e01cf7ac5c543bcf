#!/usr/bin/perl -s -x./executed-switches
use Hostile::Switches;
