#!/usr/bin/env perl
# Makes tar files whose headers contradict themselves, which no program writes: their
# blocks are put together here (POSIX.1-1988, ustar).
use strict;
use warnings;

my ($folder) = @ARGV;
my ($END, $LONG) = ("\0" x 1024, '././@LongLink');

# A header with a right checksum; `size` is the field as it stands, or a number.
sub header {
    my ($name, %is) = @_;
    my $size = $is{size} // 0;
    $size = sprintf '%011o', $size if $size =~ /\A[0-9]+\z/;
    my $header = pack 'a100 a8 a8 a8 a12 a12 a8 a1 a100 a8 a32 x215', $name, "0000644\0", "0000000\0",
        "0000000\0", $size, "13727410000\0", ' ' x 8, $is{kind} // '0', $is{link} // '', "ustar\x{0}00",
        $is{user} // '';
    my $sum = unpack $is{signed} ? '%32c*' : '%32C*', $header;
    substr $header, 148, 8, sprintf "%06o\0 ", $sum;
    return $header;
}

sub file {
    my ($name, $text, %is) = @_;
    return header($name, size => length $text, %is) . $text . "\0" x (-length($text) % 512);
}

sub module { file("$_[0].pm", "package $_[0];\n1;\n") }

# A record tells its own length, with the digits of that.
sub pax {
    my ($key, $value) = @_;
    my $rest = length " $key=$value\n";
    my $length = $rest + length $rest;
    $length = $rest + length $length;
    return "$length $key=$value\n";
}

sub archive {
    my ($name, @blocks) = @_;
    open my $out, '>:raw', "$folder/$name" or die "$name: $!\n";
    print {$out} @blocks;
    close $out or die "$name: $!\n";
}

# What has no contents says that it has: the module behind each would be passed over.
archive('lengths.tar', module('First'),
    header('folder', kind => 5, size => 1024), module('AfterFolder'),
    header('soft', kind => 2, link => 'First.pm', size => 1024), module('AfterSoftLink'),
    header('hard', kind => 1, link => 'First.pm', size => 1024), module('AfterHardLink'),
    header('pipe', kind => 6, size => 1024), module('AfterPipe'),
    header('slash/', size => 1024), module('AfterSlash'),
    header('empty', size => "\0" x 12), module('AfterEmpty'),
    file('Signed.pm', "package Signed;\n1;\n", user => "\xe9", signed => 1), module('Last'), $END);

# What is no header stands between two entries.
archive('junk.tar', module('First'), 'x' x 1024, module('Last'), $END);

# A folder really has contents.
archive('full-folder.tar', module('First'), file('folder', 'hello', kind => 5), module('Last'), $END);

# Archive::Tar reads on behind the end.
archive('behind.tar', module('First'), $END, module('Last'), $END);

# Two headers name one entry.
archive('names.tar', module('First'),
    file($LONG, "long.txt\0", kind => 'L'), file('x', pax(path => 'pax.pm'), kind => 'x'),
    file('own.txt', "package One;\n1;\n"),
    file('x', pax(path => 'pax2.pm'), kind => 'x'), file($LONG, "long2.txt\0", kind => 'L'),
    file('own2.txt', "package Two;\n1;\n"),
    file($LONG, "first.txt\0", kind => 'L'), file($LONG, "second.pm\0", kind => 'L'),
    file('own3.txt', "package Three;\n1;\n"),
    file('X', pax(path => 'solaris.pm'), kind => 'X'), file('own4.txt', "package Four;\n1;\n"),
    module('Last'), $END);

# Headers for all entries, of which git writes the first.
archive('global.tar', file('g', pax(comment => 'a' x 40), kind => 'g'), module('First'), $END);
archive('global-name.tar', file('g', pax(path => 'A.pm'), kind => 'g'), module('First'), $END);

# Records of pax headers that are none, or say nothing.
archive('pax-length.tar', file('x', "99 mtime=1\n" . pax(path => 'A.pm'), kind => 'x'), module('First'), $END);
archive('pax-size.tar', file('x', pax(size => '1x'), kind => 'x'), module('First'), $END);

# Kinds of which some programs say that they have contents.
archive('label.tar', header('label', kind => 'V', size => 1024), module('First'), module('Last'), $END);
archive('continuous.tar', file('A.pm', "package A;\n1;\n", kind => 7), module('Last'), $END);
