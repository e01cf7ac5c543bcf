#!/usr/bin/perl
# The sites that `lex_dump --sites` prints, as PPI sees them: the statements of
# use, no, require, package and sub, with line and name. A development check:
#   perl ppi.pl FILES... | sort > theirs; lex_dump --sites FILES... | sort > ours
use strict;
use warnings;
use PPI;

for my $file (@ARGV) {
    my $doc = PPI::Document->new($file, readonly => 1) or do {
        print "$file\t0\tunread\t\n";
        next;
    };
    $doc->index_locations;
    $doc->find(sub {
        my $node = $_[1];
        return '' unless $node->isa('PPI::Token::Word');
        my $word = $node->content;
        return '' unless $word =~ /\A(?:use|no|require|package|sub)\z/;
        my $statement = $node->statement;
        return '' if $word =~ /\A(?:use|no|package)\z/
            and !(($statement->isa('PPI::Statement::Include') || $statement->isa('PPI::Statement::Package'))
                && $statement->schild(0) == $node);
        my $previous = $node->sprevious_sibling;
        return '' if $previous and $previous->content eq '->';
        my $next = $node->snext_sibling or return '';
        return '' if $next->content eq '=>';
        return '' unless $next->isa('PPI::Token::Word') or $next->isa('PPI::Token::Number');
        print join("\t", $file, $node->line_number, $word, $next->content), "\n";
        '';
    });
}
