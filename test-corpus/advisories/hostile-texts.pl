#!/usr/bin/perl
# Makes hostile-texts.json: a feed in CPANSA's shape whose ids, names, links and
# texts are what an exporter has to keep from being anything else.
use strict;
use warnings;
use JSON::PP;

my @texts = (
    '../../escaped', '/etc/passwd', '..', '', 'a/b', 'C:\\x', 'NUL', 'con.json', ' ',
    "a\0b", "\e[2J\e[31m", "\x{202e}txt.exe", '<script>alert(1)</script>', '"><img src=x>',
    "a\nb", "a\r\nb,\"c\"", '=cmd()', '%2e%2e%2f', '$(id)', '`id`', 'é', "\x{10ffff}",
    "\x{feff}", '{{7*7}}', 'x' x 5000, 'CPANSA-Case-1', 'cpansa-case-1', 'CPANSA_Case_1',
);
my @records;
for my $text (@texts) {
    push @records, {
        id => $text, cves => [ $text, 'CVE-2020-1234' ], affected_versions => ['<2'],
        fixed_versions => ['>=2'], severity => 'high', reported => '2020-01-01',
        title => $text, description => "$text\n\n# $text\n<b>$text</b>",
        references => [ $text, "https://example.org/$text", "javascript:$text" ],
        github_security_advisory => [$text],
    };
}
# Days that are none, and scores and severities that mean nothing.
push @records, map { {
    id => "CPANSA-Hostile-$_->[0]", cves => [], affected_versions => ['<2'], fixed_versions => [],
    severity => undef, reported => $_->[1], description => undef, references => [],
} } [ 1, '2020-02-30' ], [ 2, '9999-12-31' ], [ 3, undef ], [ 4, '0000-00-00' ], [ 5, '1970-01-01' ];
print JSON::PP->new->canonical->ascii->indent->encode({
    meta => {
        commit => '0' x 40, repo => 'https://example.org/a.git', epoch => 1_786_900_000,
        date => '', generator => 'hostile-texts.pl',
    },
    module2dist => { Hostile => 'Hostile' },
    dists => { Hostile => {
        main_module => 'Hostile', advisories => \@records,
        versions => [
            { version => '1.10', date => '2019-01-01T00:00:00' },
            { version => '2', date => '2021-01-01T00:00:00' },
        ],
    } },
});
