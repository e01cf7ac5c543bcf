#!/usr/bin/env perl
# generate.pl - what version.pm makes of version texts, and how it orders them.
#
#   perl generate.pl                      writes pairs.tsv normal.tsv refused.tsv
#                                         declare.tsv special.tsv
#   perl generate.pl --differences        writes differences.tsv; needs the XS and
#                                         pure Perl version.pm 0.9929 from CPAN
#   perl generate.pl --sample FEED.json   writes sample.txt from upstream's feed
# All beside this file. The same sample.txt gives the same bytes.
#
# The oracle is the version.pm that is built into perl itself (5.36 has 0.9929),
# used without loading any version.pm from disk: version->parse(TEXT), and
# version->declare(TEXT) for declare.tsv.
#
# ACCEPTED: parse does not die, and does not warn, with two exceptions that are
# noted: `inf`, an integer above 2147483647 ("Integer overflow in version"), and
# `blank`, blanks after the version ("invalid data; ignoring: ' '").
# REFUSED: parse dies, or warns that it ignores anything but blanks.
# CPAN::Meta::Requirements makes every warning fatal, so in a requirement both
# `inf` and `blank` are refused as well.
#
# Files, TAB between columns. In texts \\ \t \n \r and \xHH stand for backslash,
# tab, line feed, carriage return and other bytes that are not printable ASCII;
# a blank is a blank.
#   pairs.tsv     a  b  -1|0|1               accepted texts; version(a) <=> version(b)
#   normal.tsv    text  integers  qv  alpha  note
#                 integers as in version->parse(text)->{version}, parted by
#                 blanks, zeros at the end dropped, `0` if none are left; qv and
#                 alpha are 0 or 1; note is -, blank, inf or blank,inf
#   refused.tsv   text  dies|warns  reason
#   declare.tsv   text  integers|refused  alpha   the same for version->declare
#   special.tsv   case  text  outcome        undef, empty, blanks, the word undef: kept out of
#                                            the others
#   differences.tsv  text  built in  XS module  pure Perl module
#                 where the three do not agree; each is `integers;qv;alpha;note`,
#                 empty where it does not apply, or `refused (dies: reason)`
use strict;
use warnings;

use FindBin ();
use Getopt::Long ();

my $here = $FindBin::Bin;

# ---------------------------------------------------------------- texts by hand

# Accepted by version.pm, each pair of them is compared.
my @traps = (
    # decimal, zeros at the end
    qw(0 00 0.0 0.00 0.000 0.0000 1 01 1.0 1.00 1.000 1.0000 1.000000 2 10 100),
    qw(1.1 1.10 1.100 1.1000 1.01 1.010 1.001 1.0010 1.0001 1.00001 1.000001 1.0000001),
    qw(1.2 1.20 1.200 1.2000 1.9 1.90 1.09 1.009 1.99 1.999 1.9999 1.999999 1.2345 1.23450 1.5 1.50),
    # no digits on one side
    qw(.5 0.5 0.50 .500 .05 00.5 1. 01. 10. .),
    # dotted
    qw(v0 v1 v1. v01 v1.0 v1.0.0 v1.0.0.0 v1.1 v1.2 v1.2.0 v1.2.3 1.2.3 1.2.3.0 01.2.3 v01.02.03 1.02.3),
    qw(0.0.0 0.0.1 0.1.2 .1.2 v1.10 v1.20 v1.200 v1.200.0 v1.100.0 v1.9 v1.9.0 v1.999.999 v1.1000 v1.999),
    qw(1.2.3.4 1.2.3.4.5 1.2.3.4.5.6.7.8.9.10 v1.0.0.0.0.1 1.0.0),
    # perl's own
    qw(5.8.1 v5.8.1 5.008001 5.008_001 5.0080010 5.008 5.8 v5.8 v5.8.0 5.005 5.00503 5.005_03 5.5.30),
    qw(v5.5.30 5.5.3 5.010 5.01 5.10 v5.10 v5.10.0 5.041010 5.41.10),
    # underscores
    qw(1.02_03 1.0203 1.02_3 1.023 1.2_3 1.23 v1.2_3 v1.23 1.2.3_4 1.2.34 v1.2.3_4 v1.2.3_0 1.2.3_),
    qw(v1.2_ 1.0_1 1.00_01 0.90_01 0.9001 0.90 0.90_02 .1_2 1.000_1 1.0_000 v1.2_03 1.2.0_3 1.50_1 1.501),
    # years and the like
    qw(2013 20130711 2.0 2.000 3.02 3.2 3.20 1.34_01 804.027_500 804.0275),
    # integers at the limit
    qw(2147483646 2147483647 2147483648 2147483649 4294967295 4294967296 4294967297 9999999999 99999999999),
    qw(v2147483647 v2147483648 v2147483647.0.1 v2147483648.0.1 2147483647.001 2147483648.001),
    qw(v1.2147483646 v1.2147483647 v1.2147483648 v1.2147483647.5 v1.2147483648.5 v1.99999999999.5),
    qw(v1.214748364_7 v1.214748364_8 1.2147483647 1.2147483648 1.2.18446744073709551616 18446744073709551616),
    # long fractions
    qw(1.0009990 1.1234567890123 0.000009 0.0000000000000000001 1.999999999999999999999),
    # blanks around
    ' 1.2', '1.2 ', ' 1.2 ', "\t1.2\n", "\n1.2", "1.2\r\n", ' v1.2.3 ', "\x0b1.2\x0c", ' 1.02_03 ', ' .5 ', ' 1. ',
    '1.2.3. ', 'v1.2. ', 'v1.2_ ', # a point at the very end is refused, but not before a blank
);

# Refused by version.pm, said by hand; the systematic ones are added below.
my @wrong = (
    qw(1_11 1_2.3 0_30 0_0.99 1.2.3. 1.2.3.4. v1.2. v1.2.3. 1..2 1.2..3 v1..2 ..1 .. ...),
    qw(1e3 1E3 1.5e3 1e-3 0x10 0b11 1_000 1__2 1.2__3 1.2_3_4 1.2.3_4_5 v1.2_3_4 1.2_ 1_ _1 _ _1.2 1._2 1.2._3),
    qw(v v. v.5 v_1 v1_2 v1._2 v1.2._3 vv1 V1.2 v-1 v1v2 -1 -1.2 +1 +1.2 -v1 ~1.0 =1.0 ==1.0 >=1.0 !1 ^1.2),
    split(' ', '1.2a 1.2.3a a1.2 1.2-3 1.2+3 1.2~3 1,2 1,200 1:2 1/2 1.2/3 1.2* * 1.x 1.2.x x latest stable system any none'),
    qw(version version1 inf nan Inf NaN infinity undefx undefined UNDEF nil null true false),
    qw(1.2-TRIAL 1.2-TRIAL2 1.2_TRIAL 1.2-RC1 1.2rc1 1.2_rc1 1.2pre2 1.2_pre2a 1.2alpha1 1.2-alpha1 1.2b02 v1.2-TRIAL),
    qw(v1.9.99_2.0 v1.9.99_2.0alpha1 v1.2_3.4 1.2_3.4 1.2.3_4.5 2.00a01 v804.024. v1.2212. 804.025_),
    split(' ', '$VERSION @VERSION ${VERSION} ${{ 1.2% #1.2 "1.2" (1.2) [1.2] <1.2> 1.2) 1.2] {1.2 ;1.2 1.2$ `1.2`'), "'1.2'",
    '1 .2', '1 2.3.4x', 'v 1.2', '1.2 .3 x', '- 1', '1.2 3', '1. 2', '1.2 beta', "1.2\n3", "1.2\t3", 'v1.2.3 4', 'v1 2', '1 2',
    '1.2;', '1.2; 3', '1.2}', '1.2{', 'v1.2;', '1;', '1 ;', '1.2_3;', '1.2 ;', '1.2 }', '1.2 # comment', '1.2 and', ' 1_11 ', '1.2.3. 4', '1.2.3.;', '1.2_ ',
    '\\1.2', "1.2\\", "1.2\xa0", "\xa01.2", "1.\xc2\xa02", "1\xe9", "\xd9\xa1", "\xef\xbb\xbf1.2", "\x011.2", "1.2\x7f", "1.2\x1b[0m", 'undef ',
);

# A first integer of more than ten digits that begins with 0 is infinite for the XS
# code, whatever its value; the pure Perl code reads its value. Such texts are only here.
# Where the implementations are known or likely to disagree, or where only the
# C string handling decides: compared in differences.tsv, kept out of the rest.
my @quirks = (
    qw(00000000001 v00000000001 0000000001 v0000000001 00002147483648 000000000002147483647 0000000000.5 00000000000.5),
    qw(02147483646 v02147483647 02147483647.001 v1.00000000001.2 v1.00000000000000000000.5 00000000000 v00000000000),
    "1.2\0", "1.2\0junk", "\0001.2", "1\0.2", qw(1e3 1E3 1.5e3 1e-3 1e400 0x10 1.2{),
    '1.2 3', '1.2;', '1.2; 3', '1. 2', '1 2', "1.2\n3", qw(.1_2 . .1.2 v1.2_ 1.2.3_ -1 - .5),
);

# ------------------------------------------------------------------- the oracle

sub quote {
    my ($text) = @_;
    my %short = ("\\" => '\\\\', "\t" => '\\t', "\n" => '\\n', "\r" => '\\r');
    $text =~ s/([^\x20-\x5b\x5d-\x7e])/exists $short{$1} ? $short{$1} : sprintf '\\x%02x', ord $1/ge;
    return $text;
}

sub unquote {
    my ($text) = @_;
    my %short = ('\\' => "\\", t => "\t", n => "\n", r => "\r");
    $text =~ s/\\(?:x([0-9a-f]{2})|(.))/defined $1 ? chr hex $1 : $short{$2}/ge;
    return $text;
}

# { object, note } or { how, reason }
sub ask {
    my ($class, $method, $text) = @_;
    my @warned;
    my $object = eval {
        local $SIG{__WARN__} = sub { push @warned, $_[0] };
        $class->$method($text);
    };
    if (!defined $object) {
        my ($reason) = $@ =~ /\AInvalid version format \((.*?)\)(?: at |\s*\z)/s or die "unexpected: $@";
        return { how => 'dies', reason => $reason };
    }
    my %note;
    for my $warning (@warned) {
        if ($warning =~ /\AInteger overflow in version/) {
            $note{inf} = 1;
        }
        elsif ($warning =~ /\AVersion string .* contains invalid data; ignoring: '/s) {
            # the pure Perl one names the first ignored character only
            return { how => 'warns', reason => 'invalid data ignored' } if $text !~ /\A\s*\S+\s*\z/ || $text =~ /[;{}]/;
            $note{blank} = 1;
        }
        else {
            die "unexpected: $warning";
        }
    }
    return { object => $object, note => join ',', sort keys %note };
}

sub integers {
    my ($object) = @_;
    my @parts = @{ $object->{version} };
    pop @parts while @parts && $parts[-1] == 0;
    return @parts ? "@parts" : '0';
}

sub outcome {
    my ($class, $text) = @_;
    my $got = ask($class, 'parse', $text);
    return "refused ($got->{how}: $got->{reason})" if !defined $got->{object};
    my $object = $got->{object};
    return join ';', integers($object), $object->{qv} ? 'qv' : '', $object->{alpha} ? 'alpha' : '', $got->{note};
}

# Orders the integer sequences; only to check the oracle against itself.
sub order {
    my @a = split / /, $_[0];
    my @b = split / /, $_[1];
    while (@a || @b) {
        my $x = @a ? shift @a : 0;
        my $y = @b ? shift @b : 0;
        return $x <=> $y if $x != $y;
    }
    return 0;
}

# ------------------------------------------------------------------- the inputs

my $state = 20260816;

# 0 .. n-1, always the same sequence
sub pick {
    my ($n) = @_;
    $state = ($state * 1103515245 + 12345) & 0x7fffffff;
    return ($state >> 8) % $n;
}

sub lines {
    my ($path) = @_;
    open my $in, '<:raw', $path or die "$path: $!\n";
    chomp(my @lines = <$in>);
    close $in or die "$path: $!\n";
    return @lines;
}

sub spew {
    my ($name, @lines) = @_;
    open my $out, '>:raw', "$here/$name" or die "$here/$name: $!\n";
    print {$out} map { "$_\n" } @lines;
    close $out or die "$here/$name: $!\n";
    printf STDERR "%-16s %6d lines\n", $name, scalar @lines;
    return;
}

# Near relations of a version text: what should be equal, a little more, a little less.
sub relations {
    my ($text) = @_;
    my @near = ("${text}0", "${text}.0", "${text}1", "0$text", "v$text", " $text", "$text ", "${text}_1", "$text.");
    (my $plain = $text) =~ tr/_//d;
    push @near, $plain, "v$plain";
    (my $short = $text) =~ s/0+\z//;
    push @near, $short if $short ne '';
    if ($text =~ /\A(.*?)([0-9]{1,9})\z/s) {
        push @near, $1 . sprintf('%0*d', length $2, $2 + 1);
        push @near, $1 . sprintf('%0*d', length $2, $2 - 1) if $2 > 0;
    }
    (my $drop = $text) =~ s/\Av//;
    push @near, $drop;
    my @parts = split /\./, $plain;
    push @near, join '.', @parts[0 .. $#parts - 1] if @parts > 2;
    return grep { $_ ne $text } @near;
}

# A text made of pieces that matter; most are versions, many are not.
sub invented {
    my @piece = qw(0 1 2 5 9 10 11 12 00 01 02 09 20 90 99 100 101 120 200 999 000 001 010 1000 2000 9999
        00000 12345 123456 2147483647 2147483648 4294967296 99999999999);
    my @joint = (('.') x 12, ('_') x 3, '..', '._', '-', ' ', 'a', '');
    my $text = (('') x 6, ('v') x 4, '.', ' ', 'v.', '_')[ pick(14) ];
    my $count = 1 + pick(5);
    for my $n (1 .. $count) {
        $text .= $piece[ pick(scalar @piece) ];
        $text .= $joint[ pick(scalar @joint) ] if $n < $count;
    }
    $text .= (('') x 12, ' ', '.', '_', '0', '_1', '-TRIAL')[ pick(18) ];
    return $text;
}

sub write_sample {
    my ($path) = @_;
    require JSON::PP;
    my $feed = JSON::PP->new->utf8->decode(join "\n", lines($path));
    my %shape;
    for my $dist (values %{ $feed->{dists} }) {
        for my $release (@{ $dist->{versions} }) {
            my $text = $release->{version};
            next if !defined $text;
            (my $shape = "$text") =~ s/[0-9]/d/g;
            $shape{$shape}{$text} = 1;
        }
    }
    my $most = 24;
    my @sample;
    for my $shape (keys %shape) {
        my @texts = sort keys %{ $shape{$shape} };
        my $take = @texts < $most ? @texts : $most;
        push @sample, map { quote($texts[ int($_ * @texts / $take) ]) } 0 .. $take - 1;
    }
    spew('sample.txt', sort @sample);
    return;
}

sub write_all {
    my @sample = map { unquote($_) } lines("$here/sample.txt");
    my (%known, @accepted_sample);
    my $good = sub {
        my ($text) = @_;
        return 0 if $text =~ m{\A\s*v?0[0-9]{10}};    # see @quirks
        $known{$text} = ask('version', 'parse', $text) if !exists $known{$text};
        return defined $known{$text}{object};
    };
    for my $text (@traps) {
        die 'refused, but listed as accepted: ' . quote($text) . "\n" if !$good->($text);
    }
    for my $text (@wrong) {
        die 'accepted, but listed as refused: ' . quote($text) . "\n" if $good->($text);
    }
    @accepted_sample = grep { $good->($_) } @sample;

    my (%pair, @pairs);
    my $compare = sub {
        my ($a, $b) = @_;
        ($a, $b) = ($b, $a) if pick(2);
        return if $pair{"$a\0$b"}++ || $pair{"$b\0$a"};
        my $sign = $known{$a}{object} <=> $known{$b}{object};
        my $back = $known{$b}{object} <=> $known{$a}{object};
        die quote("$a <=> $b") . " is not the reverse of itself\n" if $sign != -$back;
        die quote("$a <=> $b") . " does not follow the integers\n"
            if $sign != order(integers($known{$a}{object}), integers($known{$b}{object}));
        push @pairs, join "\t", quote($a), quote($b), $sign;
    };

    # every trap with itself and every other
    for my $i (0 .. $#traps) {
        $compare->($traps[$i], $traps[$_]) for $i .. $#traps;
    }
    # real ones: neighbours in order, with their relations, with each other, with traps
    my @sorted = sort { $known{$a}{object} <=> $known{$b}{object} || $a cmp $b } @accepted_sample;
    for my $i (1 .. $#sorted) {
        $compare->($sorted[ $i - 1 ], $sorted[$i]);
        $compare->($sorted[ $i - 2 ], $sorted[$i]) if $i > 1;
    }
    for my $i (0 .. $#accepted_sample) {
        my $text = $accepted_sample[$i];
        my @near = relations($text);
        for my $n (0 .. 2) {
            my $other = $near[ ($i * 3 + $n) % @near ];
            $compare->($text, $other) if $good->($other);
        }
    }
    $compare->($accepted_sample[ pick(scalar @accepted_sample) ], $accepted_sample[ pick(scalar @accepted_sample) ])
        for 1 .. 2500;
    $compare->($accepted_sample[ pick(scalar @accepted_sample) ], $traps[ pick(scalar @traps) ]) for 1 .. 1000;
    for my $trap (@traps) {
        $compare->($trap, $_) for grep { $good->($_) } relations($trap);
    }
    # invented ones
    my @invented;
    for (1 .. 1600) {
        my $text = invented();
        next if exists $known{$text} || !$good->($text);
        push @invented, $text;
        my @near = relations($text);
        $compare->($text, $_) for grep { $good->($_) } @near[ pick(scalar @near), pick(scalar @near) ];
        $compare->($text, $invented[ pick(scalar @invented) ]) for 1 .. 2;
    }
    spew('pairs.tsv', sort @pairs);

    my (@normal, @refused);
    for my $text (sort keys %known) {
        my $got = $known{$text};
        if (defined(my $object = $got->{object})) {
            push @normal, join "\t", quote($text), integers($object), $object->{qv} ? 1 : 0, $object->{alpha} ? 1 : 0,
                $got->{note} eq q{} ? q{-} : $got->{note};
        }
        elsif ($text ne '') {
            push @refused, [ quote($text), $got->{how}, $got->{reason} ];
        }
    }
    spew('normal.tsv', @normal);

    # all that were written by hand or occur upstream, some of the others
    my %keep = map { quote($_) => 1 } @wrong, @sample;
    my %count;
    spew('refused.tsv', map { join "\t", @$_ } grep { $keep{ $_->[0] } || $count{ $_->[2] }++ % 3 == 0 } @refused);

    my %declare = map { $_ => 1 } @traps, @accepted_sample[ grep { $_ % 4 == 0 } 0 .. $#accepted_sample ], @wrong;
    my @declare;
    for my $text (sort keys %declare) {
        my $got = ask('version', 'declare', $text);
        push @declare, join "\t", quote($text),
            defined $got->{object} ? (integers($got->{object}), $got->{object}{alpha} ? 1 : 0) : ('refused', 0);
    }
    spew('declare.tsv', @declare);

    my @special = (['undef', undef], ['the word undef', 'undef'], ['the word undef after a blank', ' undef'], ['empty', ''], ['blank', ' '], ['blanks', "\t\n  "]);
    my @lines;
    for my $case (@special) {
        my ($name, $text) = @$case;
        push @lines, join "\t", $name, defined $text ? quote($text) : '', outcome('version', $text);
    }
    spew('special.tsv', @lines);
    return;
}

# Reads quoted texts from a file, prints `text TAB outcome` for one implementation.
sub worker {
    my ($class, $path) = @_;
    (my $file = "$class.pm") =~ s{::}{/}g;
    require $file;
    no strict 'refs';
    die "$class is not 0.9929\n" if ${"${class}::VERSION"} != 0.9929;
    binmode STDOUT;
    print "$_\t", outcome($class, unquote($_)), "\n" for lines($path);
    return;
}

sub write_differences {
    my %texts = map { quote($_) => 1 } @quirks;
    $texts{$_} = 1 for map { (split /\t/)[0] } map { lines("$here/$_.tsv") } qw(normal refused);
    my @texts = sort keys %texts;
    require File::Temp;
    my ($list, $path) = File::Temp::tempfile(UNLINK => 1);
    print {$list} map { "$_\n" } @texts;
    close $list or die "$path: $!\n";
    my %got;
    for my $class (qw(version::vxs version::vpp)) {
        open my $from, '-|:raw', $^X, "$here/generate.pl", '--worker', $class, $path or die "$^X: $!\n";
        while (my $line = <$from>) {
            chomp $line;
            my ($text, $outcome) = split /\t/, $line, 2;
            $got{$class}{$text} = $outcome;
        }
        close $from or die "$class does not work here\n";
    }
    my @lines;
    for my $text (@texts) {
        my @all = (outcome('version', unquote($text)), map { $got{$_}{$text} } qw(version::vxs version::vpp));
        push @lines, join "\t", $text, @all if $all[0] ne $all[1] || $all[0] ne $all[2];
    }
    spew('differences.tsv', @lines);
    return;
}

sub main {
    my %option;
    my $usage = "usage: perl generate.pl [--differences | --sample FEED.json]\n";
    if (!Getopt::Long::GetOptions(\%option, 'sample=s', 'differences', 'worker=s') || keys %option > 1
        || @ARGV != (defined $option{worker} ? 1 : 0))
    {
        print STDERR $usage;
        return 2;
    }
    if (defined $option{worker}) {
        worker($option{worker}, $ARGV[0]);
        return 0;
    }
    die "version.pm was loaded from $INC{'version.pm'}: the built-in one is needed\n" if $INC{'version.pm'};
    die "perl 5.36 is needed (it has version.pm 0.9929 built in), this is $]\n" if $] < 5.036 || $] >= 5.037;
    if    (defined $option{sample}) { write_sample($option{sample}) }
    elsif ($option{differences})    { write_differences() }
    else                            { write_all() }
    return 0;
}

exit main();
