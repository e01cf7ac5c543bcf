#!/usr/bin/env perl
# generate.pl - what CPAN::Meta::Requirements makes of requirement strings.
#
#   perl generate.pl > requirements.jsonl
#
# The oracle is CPAN::Meta::Requirements 2.140 on version.pm 0.9929, both as they
# come with perl 5.36. Each line is one case, keys in alphabetical order:
#   add            strings given to add_string_requirement for one and the same
#                  module, one after the other; null is undef
#   result         requirements_for_module after them all; null after an error, and
#                  where nothing was required (`,`), which means any
#   error          null, or the first line of the message without its place
#   kind           null, "refused" (a version that version.pm does not take without
#                  dying or warning) or "contradiction" (nothing satisfies it all)
#   refused_index  index in add of the string that ended it; null without error
#   accepts        {version: accepts_module} for versions at, below, above and
#                  between all bounds; empty after an error
# The module name in messages is Foo::Bar. Always the same bytes.
#
# 2.140 is order-dependent at zero: once the module has an entry, adding `0` (or the
# floor of `>0`) changes nothing, so `<0` then `0` is no error while `0` then `<0` is.
# 2.146 differs from 2.140 in 39 result strings (`>= 0` left out, `> 0` instead of
# `!= 0`), in two such errors, and on `,` alone; in no value of accepts.
use strict;
use warnings;

use CPAN::Meta::Requirements ();
use JSON::PP ();
use version ();

if (@ARGV) {
    print STDERR "usage: perl generate.pl > requirements.jsonl\n";
    exit 2;
}
print STDERR "note: this is CPAN::Meta::Requirements $CPAN::Meta::Requirements::VERSION, not 2.140\n"
    if $CPAN::Meta::Requirements::VERSION ne '2.140';

my $state = 20260816;

# 0 .. n-1, always the same sequence
sub pick {
    my ($n) = @_;
    $state = ($state * 1103515245 + 12345) & 0x7fffffff;
    return ($state >> 8) % $n;
}

sub one_of { return $_[ pick(scalar @_) ] }

my %neighbours;

# Versions just below, at and just above a version text.
sub neighbours {
    my ($text) = @_;
    return @{ $neighbours{$text} } if $neighbours{$text};
    my $version = eval {
        local $SIG{__WARN__} = sub { die $_[0] };
        version->parse($text);
    };
    my @near;
    if (defined $version && $text ne 'undef') {
        my @parts = @{ $version->{version} };
        push @parts, 0 while @parts < 3;
        push @near, $text, join('.', 'v' . join('.', @parts), 1);
        my $last = $#parts;
        $last-- while $last > 0 && $parts[$last] == 0;
        if ($parts[$last] > 0) {
            my @below = @parts;
            $below[$last]--;
            push @near, 'v' . join '.', @below;
            push @near, 'v' . join '.', @below, 999;
        }
        my @above = @parts;
        if ($above[$last] < 2147483647) {
            $above[$last]++;
            push @near, 'v' . join '.', @above;
        }
    }
    $neighbours{$text} = \@near;
    return @near;
}

sub probes {
    my (@add) = @_;
    my %probe = map { $_ => 1 } qw(0 1 v1000.0.0);
    for my $string (grep { defined } @add) {
        $probe{$_} = 1 for map { neighbours($_) } $string =~ /([v.0-9][.0-9_]*)/g;
    }
    return sort keys %probe;
}

my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my %seen;

sub report {
    my (@add) = @_;
    return if $seen{ $json->encode(\@add) }++;
    my $requirements = CPAN::Meta::Requirements->new;
    my %case = (add => \@add, result => undef, error => undef, kind => undef, refused_index => undef, accepts => {});
    for my $index (0 .. $#add) {
        my $string = $add[$index];
        next if eval {
            local $SIG{__WARN__} = sub { };
            $requirements->add_string_requirement('Foo::Bar', $string);
            1;
        };
        my $error = $@;
        $error =~ s/\n.*//s;
        $error =~ s/ at \S+ line [0-9]+\.?\z//;
        $case{error}         = $error;
        $case{refused_index} = $index;
        $case{kind}          = $error =~ /\Aillegal requirements for /  ? 'contradiction'
                             : $error =~ /\ACan't convert /             ? 'refused'
                             :                                            die "unexpected: $error\n";
        last;
    }
    if (!defined $case{error}) {
        $case{result} = $requirements->requirements_for_module('Foo::Bar');
        for my $probe (probes(@add)) {
            my $yes = $requirements->accepts_module('Foo::Bar', $probe);
            $case{accepts}{$probe} = $yes ? JSON::PP::true : JSON::PP::false;
        }
    }
    print $json->encode(\%case), "\n";
    return;
}

binmode STDOUT;

my @ops = ('', '>=', '>', '<=', '<', '==', '!=');

# ---- one term: every operator, version and way of spacing
my @versions = (
    qw(0 0.0 0.00 00 1 1.0 1.5 1.50 1.500 .5 1. v1 v1. v1.2 v1.2.0 v1.2.3 1.2.3 1.2.3.4 5.008001 v5.8.1 1.02_03 v1.2_3),
    qw(1.0203 2147483647 2147483648 v1.2147483648 99999999999 1_02 1_11 latest 1.2.3. 1..2 1e3 v 1.2-TRIAL 1.2a undef version -1),
    '', 'v1.2_', '1.2 3', '1.2;',
);
for my $op (@ops) {
    for my $version (@versions) {
        report("$op$version");
        report("$op $version");
    }
    for my $version (qw(1.5 v1.2.3 0 1_11)) {
        report($_)
            for "  $op  $version", "$op\t$version", "\t$op $version", "\n$op $version", "$op $version ",
            "$op$version\n", " $version", "$version $op", "$op $op $version", "$op$op$version", "$op=$version",
            "$op,$version", "$op$version,", "$op$version,,", ",$op$version", "$op$version , ", "$op$version ,", ",$op $version,";
    }
}

# ---- by hand
my @lists = (
    [], [undef], [''], ['0'], [' '], ['  '], ["\t"], [','], [',,'], [' , '], ['0,'], [',0'], ['0.0'], ['0', undef], [undef, '1'],
    ['1', ''], ['', '1'], ['0', '1'], ['1', '0'], ['1.0', '0'], ['0', '0.00'], ['0.00', '0'], ['==0'], ['!=0'], ['>0'], ['<0'], ['<=0'],
    ['>=0,<=0'], ['==0', '0'], ['!=0', '0'], ['!=0', '>=0'], ['<=0', '0'], ['<0', '0'],
    ['~1.0'], ['~ 1.0'], ['=1.0'], ['= 1.0'], ['=>1.0'], ['=<1.0'], ['<>1.0'], ['===1.0'], ['= =1.0'], ['! =1.0'], ['> =1.0'], ['>> 1'],
    ['^1.0'], ['1.0+'], ['1.x'], ['1.*'], ['*'], ['any'], ['latest'], ['1.0 - 2.0'], ['1.0 2.0'], ['1.0 || 2.0'], ['1.0..2.0'], ['1.0;2.0'],
    ['>1 <2'], ['>1<2'], ['> 1 and < 2'], ['>= 1 , < 2'], ['>= 1 ,< 2'], ['>= 1, < 2'], ['>=1,<2'], ['>=1,,<2'], ['>=1, ,<2'], ['>=1,<2,'],
    [',>=1,<2'], ['>=1,<2 '], [' >=1,<2'], [">=1\n,\n<2"], [">=1,\t<2"], ['>= 1 ,, < 2'],
    ['>1,<=1'], ['>=1,<1'], ['>1,<1'], ['>=1,<=1'], ['>=1', '<=1'], ['<=1', '>=1'], ['>=1,<=1,!=1'], ['!=1,>=1,<=1'], ['>=1,!=1,<=1'],
    ['==1,==1'], ['==1', '==1.0'], ['==1.0', '==1'], ['==1.10', '==1.1'], ['==1.1', '==v1.100'], ['==v1.100', '==1.1'], ['==1', '==2'],
    ['==1,>=1'], ['==1,>1'], ['==1,<=1'], ['==1,<1'], ['==1,!=1'], ['==1,!=2'], ['==1,>=0.5,<=2,!=1.5'], ['>=0.5,<=2,!=1.5,==1'],
    ['>=1,<=2,==1.5'], ['>=1,<=2,==2.5'], ['>=1,<=2,==1'], ['>1,<=2,==1'], ['>=1,<2,==2'], ['!=1.5,==1.5'], ['==1.5', '0'], ['==1.5', '1.5'], ['==1.5', '1.6'],
    ['>=1,>=2'], ['>=2,>=1'], ['>1,>=1'], ['>=1,>1'], ['<=1,<1'], ['<1,<=1'], ['<1,<2'], ['<2,<1'], ['>1,>2'], ['>2,>1'],
    ['>=1.1', '>=1.10'], ['>=1.10', '>=1.1'], ['<=1.1', '<=1.10'], ['<=1.10', '<=1.1'], ['>=1.1', '>=v1.100'], ['>=v1.100', '>=1.1'], ['1.1', '1.100', '1.10'],
    ['!=1.1,!=1.10'], ['!=1.10,!=1.1'], ['!=1.1,!=v1.100'], ['!=1,!=2,!=3'], ['!=3,!=2,!=1'], ['!=1', '!=1'], ['!=1', '!=2', '!=1'], ['!=1,>=2'], ['>=2,!=1'],
    ['!=1,<=0.5'], ['!=1', '>1'], ['>1', '!=1'], ['>1', '>=1'], ['>=1', '>1'], ['>1', '1'], ['!=1,>=1'], ['!=1,<=1'], ['!=1,<1'], ['<1', '!=1'],
    ['>=1,<3,!=2'], ['>=1,<3,!=3'], ['>=1,<3,!=1'], ['>=1,<=3,!=1,!=2,!=3'], ['>=1,<=3,!=0.5,!=4'], ['>=1,<3', '!=1.5', '>1.2', '<=2.5'],
    ['>=1,!=1.5', '>=2'], ['>=1,!=1.5', '>=2', '<3'], ['>1', '<=1'], ['>=2', '<1'], ['<1', '>=2'], ['==1', '>2'], ['==3', '<2'], ['>=3', '==2'], ['<2', '==2'],
    ['>=1.2,<1.9'], ['>=1.10,<1.2'], ['>=1.9,<1.10'], ['>=v1.2,<1.2'], ['>=1.2,<v1.2'], ['>=v1.9,<v1.10'], ['>=1.2.3,<1.3'], ['>=1.3,<1.2.3'], ['v1.2.3', '1.2'], ['1.2', 'v1.2.3'],
    ['5.8.1', '5.008001'], ['5.008001', 'v5.8.1'], ['==5.8.1', '==5.008001'], ['5.10', '5.010'], ['5.010', '5.10'], ['5.6', '5.006', 'v5.6'],
    ['1.02_03', '1.0203'], ['1.0203', '1.02_03'], ['!=1.02_03', '==1.0203'], ['v1.2_3', 'v1.23'], ['1.2_3', '1.23'], ['>=1.02_03,<1.0203'],
    ['.5', '0.5'], ['0.5', '.5'], ['>.5,<.6'], ['1.', '1'], ['>=1.,<2.'], ['v1.', 'v1'], ['.', '0'], ['.1.2'], ['v.5'],
    ['1', 'latest'], ['latest', '1'], ['1, latest'], ['latest, 1'], ['>=1,<latest'], ['1', '1_02', '3'], ['>=2,<1,latest'], ['latest,>=2,<1'], ['>=2', '<1', 'latest'],
    ['==1.2.3.'], ['>= 1.2.3.'], ['1.2.3. '], ['undef'], ['>=undef'], ['==undef'], ['!=undef'], ['undef', '1'], ['1', 'undef'], ['undef,1'], ['version'], ['==version'],
    ['2147483647'], ['>=2147483648'], ['<2147483648'], ['1', '99999999999'], ['1.99999999999'], ['v1.99999999999'], ['0,<1'], ['0,!=0'], ['1,2,3'], ['3,2,1'], ['1,2', '>=1.5'],
    ['1 '], [' 1'], [' 1 '], ['1 ,2'], ['1, 2 '], ['== 1 '], ["1\n"], ["1\r\n"], ["== 1.5\n"], ["1.5\x{a0}"], ["\x{661}"], ["1.\x{e9}"], ["1.5\x{1b}"], ['"1.5"'], ["'1.5'"], ['v1.2.3', 'v1.2.4'],
    ['>='], ['=='], ['<'], ['!='], ['>=,1'], ['1,>='], ['==,=='], ['>= '], ['perl'], ['v5'], ['5'], ['v5.36', '5.036'], ['5.36'], ['6.02'], ['1.2345', '1.2345_01'],
);
report(@$_) for @lists;

# ---- two terms: all operators, lower/higher/equal/dotted, in one string and in two
for my $pair ([ '1.1', '1.2' ], [ '1.2', '1.1' ], [ '1.1', '1.10' ], [ 'v1.2.3', '1.2' ], [ '1.002003', 'v1.2.3' ], [ '1.02_03', '1.3' ]) {
    my ($a, $b) = @$pair;
    for my $first (@ops) {
        for my $second (@ops) {
            report($first . $a . one_of(',', ', ', ' , ', ' ,') . $second . one_of('', ' ') . $b);
            report("$first$a", "$second$b");
        }
    }
}

# ---- invented: one to three strings of one to four terms
my @few  = qw(0 0.5 1 1.0 1.1 1.10 1.2 1.20 1.5 1.9 2 2.0 3 v1.1.0 v1.2.0 1.2.3 v1.5.0 v2.0.0 1.02_03 1.15 1.150 v1.150.0);
my @rare = qw(latest 1_02 1.2.3. v1 .5 1. 1..2 ~1.0 =1 undef);
for (1 .. 1500) {
    my @add;
    for (1 .. one_of(1, 1, 2, 2, 3)) {
        my @terms;
        for (1 .. one_of(1, 1, 2, 2, 3, 4)) {
            my $version = pick(40) ? one_of(@few) : one_of(@rare);
            push @terms, one_of('', '>=', '>=', '>', '>', '<=', '<', '<', '!=', '!=', '!=', '==') . one_of('', ' ') . $version;
        }
        push @add, join one_of(',', ', ', ' , '), @terms;
    }
    report(@add);
}
# mostly satisfiable: a floor, a ceiling and holes
for (1 .. 700) {
    my @low  = map { one_of('', '>=', '>') . one_of('', ' ') . one_of(qw(0 0.5 0.9 1 1.0 1.00 v0.9.0 1.05_01)) } 1 .. one_of(1, 2);
    my @high = map { one_of('<=', '<') . one_of('', ' ') . one_of(qw(2 2.0 v2.0.0 2.5 3 2.000 v2.5.1)) } 1 .. one_of(1, 2);
    my @hole = map { '!=' . one_of('', ' ') . one_of(qw(0.4 1 1.0 v1.0.0 1.5 1.50 v1.500 1.7 2 2.0 3 4 v1.2.3)) } 1 .. one_of(1, 2, 3);
    my @terms = (@low, @high, @hole);
    for my $n (reverse 1 .. $#terms) {
        my $m = pick($n + 1);
        @terms[ $n, $m ] = @terms[ $m, $n ];
    }
    my $cut = pick(@terms + 1);
    report(grep { length } join(', ', @terms[ 0 .. $cut - 1 ]), join(',', @terms[ $cut .. $#terms ]));
}
