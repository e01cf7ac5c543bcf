#!/usr/bin/perl
# Truth for .ci/darkpan-graph. Usage: darkpan-graph.pl make|names|ask|compare|diff ...
use strict;
use warnings;
use Archive::Tar;
use CPAN::Meta;
use CPAN::DistnameInfo;
use Module::Metadata;
use version;
use File::Find;
use File::Path qw(make_path);
use JSON::PP;

my %do = (make => \&make, names => \&names, ask => \&ask, compare => \&compare, diff => \&diff);
my $what = shift // '';
($do{$what} or die "make, names, ask, compare or diff?\n")->(@ARGV);

sub slurp { my ($path) = @_; open my $in, '<:raw', $path or die "$path: $!"; local $/; <$in> }
sub json { JSON::PP->new->utf8->decode(slurp(shift)) }

# The archives of a mirror, by their paths below authors/id, or of a plain folder.
sub archives {
    my ($mirror) = @_;
    my $top = -d "$mirror/authors/id" ? "$mirror/authors/id" : $mirror;
    my %found;
    find({ no_chdir => 1, wanted => sub {
        return unless -f && m{\.tar\.gz$};
        return unless m{^\Q$top\E/(.*)};
        $found{$1} = { file => $_, info => CPAN::DistnameInfo->new($1) };
    } }, $top);
    return \%found;
}

sub names {
    my ($mirror) = @_;
    my %dists = map { $_->{info}->dist => 1 } values %{ archives($mirror) };
    print "$_\n" for sort keys %dists;
}

# A mirror of archives that hold a META.json and nothing else: random requirements, with
# cycles; each tenth distribution has an old release too, each twentieth an odd name.
sub make {
    my ($root) = @_;
    srand 7;
    my $count = 240;
    make_path("$root/authors/id/L/LO/LOCAL", "$root/modules");
    my @odd = ('A"b', 'C<d>&amp;', "E'f", 'G;h[', 'I\\j', "K\x{e9}l");
    my @names = map { $_ % 20 ? "Made-D$_" : $odd[ $_ / 20 % @odd ] . "-D$_" } 0 .. $count - 1;
    my @index;
    for my $at (0 .. $count - 1) {
        for my $version ($at % 10 ? '2' : ('1', '2')) {
            my %prereqs;
            for (1 .. int(rand 4)) {
                my $phase = (qw(runtime runtime runtime test build configure develop))[ rand 7 ];
                my $relation = rand() < 0.9 ? 'requires' : 'recommends';
                # Most are required by few, and few by many.
                my $to = int($count * rand()**3);
                my $module = rand() < 0.1 ? 'Test::More' : rand() < 0.05 ? 'Gone::M' . $to : "Made::M$to";
                $prereqs{$phase}{$relation}{$module} = (0, '1.5', '>= 1, < 3')[ rand 3 ];
            }
            my $meta = { name => "Made-D$at", version => $version, abstract => 'x', author => ['x'],
                license => ['unknown'], dynamic_config => 0, generated_by => 'x', release_status => 'stable',
                'meta-spec' => { version => 2 }, prereqs => \%prereqs };
            my $name = "$names[$at]-$version";
            utf8::encode($name);
            my $tar = Archive::Tar->new;
            $tar->add_data("D$at-$version/META.json", JSON::PP->new->utf8->canonical->encode($meta));
            $tar->write("$root/authors/id/L/LO/LOCAL/$name.tar.gz", COMPRESS_GZIP) or die $tar->error;
            push @index, "Made::M$at $version L/LO/LOCAL/$name.tar.gz" if $version eq '2';
        }
    }
    # A module that perl brings, and that the mirror has as well.
    push @index, 'Test::More 2 ' . (split ' ', $index[3])[2];
    open my $out, '>:raw', "$root/modules/02packages.details.txt" or die $!;
    print $out "File: 02packages.details.txt\nLine-Count: ", scalar @index, "\n\n", map { "$_\n" } @index;
    close $out or die $!;
}

# What an index says: the archive of each package.
sub index_of {
    my ($path) = @_;
    open my $in, '-|', $path =~ /\.gz$/ ? ('zcat', $path) : ('cat', $path) or die $!;
    my ($body, %package);
    while (<$in>) {
        if (!$body) { $body = /^\s*$/; next }
        my ($package, undef, $archive) = split ' ';
        $package{$package} //= $archive;
    }
    return \%package;
}

# What an archive has, and its META where there is one.
sub opened {
    my ($archive) = @_;
    my $tar = Archive::Tar->new($archive->{file}) or die "$archive->{file}: not read";
    my ($file) = sort grep { m{^(?:\./)?[^/]+/META\.(json|yml)$} } $tar->list_files or return $tar;
    my $text = $tar->get_content($file);
    return $tar, $file =~ /json$/ ? CPAN::Meta->load_json_string($text) : CPAN::Meta->load_yaml_string($text);
}

# The files of an archive that get installed, as Module::Metadata reads them, by their
# paths without the folder around all.
sub installed {
    my ($tar) = @_;
    my %read;
    for my $file ($tar->list_files) {
        my ($path) = $file =~ m{^(?:\./)?[^/]+/(lib/.*\.pm|[^/]+\.pm)$} or next;
        my $text = $tar->get_content($file);
        open my $in, '<', \$text or die $!;
        $read{$path} = Module::Metadata->new_from_handle($in, $path) // next;
    }
    return \%read;
}

# Whether `use` finds a module in a file once that is installed; what lies at the top
# MakeMaker puts below the distribution's name.
sub is_found {
    my ($path, $module) = @_;
    return $path eq 'lib/' . $module =~ s{::}{/}gr . '.pm' if $path =~ m{/};
    return $path eq $module =~ s/.*:://r . '.pm';
}

# The modules of an archive that `use` finds, with their versions: what its META
# provides, else the packages of its files.
sub modules {
    my ($archive) = @_;
    my ($tar, $meta) = opened($archive);
    my $provides = $meta ? $meta->provides : {};
    if (%$provides) {
        my @found = grep { is_found($provides->{$_}{file}, $_) } keys %$provides;
        return { map { $_ => $provides->{$_}{version} } @found };
    }
    my %found;
    my $installed = installed($tar);
    for my $path (sort keys %$installed) {
        my $read = $installed->{$path};
        $found{$_} = $read->version($_) for grep { is_found($path, $_) } $read->packages_inside;
    }
    return \%found;
}

# A release that asks for each module that `use` finds in an archive of the folder, and
# for each word behind `package` that no file of them declares: words in comments, in
# POD, in strings. Packages within other files are left out: only an index tells those.
sub ask {
    my ($folder) = @_;
    my (%asked, %declared);
    my $archives = archives($folder);
    for my $archive (values %$archives) {
        my ($tar) = opened($archive);
        for my $file (grep { /\.(?:pm|pl|PL|pod|t|xs)$/ } $tar->list_files) {
            my $text = $tar->get_content($file) // next;
            $asked{$_} = 1 for $text =~ /\bpackage[ \t]+([A-Za-z]\w*(?:::\w+)*)/g;
        }
        $declared{$_} = 1 for map { $_->packages_inside } values %{ installed($tar) };
    }
    delete @asked{keys %declared};
    my $words = keys %asked;
    $asked{$_} = 1 for map { keys %{ modules($_) } } values %$archives;
    my $meta = { name => 'Asker', version => '1.0', abstract => 'x', author => ['x'],
        license => ['unknown'], dynamic_config => 0, generated_by => 'x', release_status => 'stable',
        'meta-spec' => { version => 2 }, prereqs => { runtime => { requires => { map { $_ => 0 } keys %asked } } } };
    my $tar = Archive::Tar->new;
    $tar->add_data('Asker-1.0/META.json', JSON::PP->new->utf8->canonical->encode($meta));
    $tar->write("$folder/Asker-1.0.tar.gz", COMPRESS_GZIP) or die $tar->error;
    print 'darkpan-graph: ', scalar(keys %asked), " names are asked for, $words of them words that are no package\n";
    die "too few words: $words\n" if $words < 20 || !$asked{if};
}

# A version as a number, without the mark of a trial; 0 where it is none.
sub number {
    my ($text) = @_;
    return eval { version->parse(($text // 0) =~ s/-TRIAL.*//r) } // version->parse(0);
}

# An index of archives that have none: of the archives that have a module the one that
# no developer's release, then of the distribution that is named like the module, then
# with the newest module, then the newest.
sub index_made {
    my ($archives) = @_;
    my (%best, %several);
    for my $path (sort keys %$archives) {
        my $info = $archives->{$path}{info};
        my $modules = modules($archives->{$path});
        my $main = $info->dist =~ s/-/::/gr;
        for my $module (keys %$modules) {
            my $rank = [
                ($info->maturity // '') eq 'released' ? 1 : 0,
                "$module\::" =~ /^\Q$main\E::/ ? length $main : 0,
                number($modules->{$module}),
                number($info->version),
            ];
            my $known = $best{$module};
            $several{$module} = 1 if $known;
            my ($order) = grep { $_ } map { $rank->[$_] <=> $known->[0][$_] } ($known ? (0 .. $#$rank) : ());
            $best{$module} = [$rank, $path] if !$known || ($order // 0) > 0;
        }
    }
    print "darkpan-graph: ", scalar(keys %best), " modules without an index, ",
        scalar(keys %several), " in several archives\n";
    return { map { $_ => $best{$_}[1] } keys %best };
}

# The newest release of each distribution that is no developer's, or else is.
sub newest {
    my ($archives) = @_;
    my %newest;
    for my $path (sort keys %$archives) {
        my $info = $archives->{$path}{info};
        my $rank = [($info->maturity // '') eq 'released' ? 1 : 0, number($info->version)];
        my $known = $newest{ $info->dist };
        my ($order) = grep { $_ } map { $rank->[$_] <=> $known->[0][$_] } ($known ? (0, 1) : ());
        $newest{ $info->dist } = [$rank, $path] if !$known || ($order // 0) > 0;
    }
    return { map { $_->[1] => 1 } values %newest };
}

sub requirements {
    my ($archive) = @_;
    my (undef, $meta) = opened($archive);
    return [] if !$meta;
    my @all;
    for my $phase (qw(runtime configure build test)) {
        my $required = $meta->effective_prereqs->requirements_for($phase, 'requires');
        push @all, [$phase, $_] for grep { $_ ne 'perl' } $required->required_modules;
    }
    return \@all;
}

# From each archive that comes to this one the number of steps, over some phases.
sub distances {
    my ($required_by, $target, $phases) = @_;
    my %steps = ($target => 0);
    my @queue = ($target);
    while (defined(my $to = shift @queue)) {
        for my $edge (@{ $required_by->{$to} || [] }) {
            my ($from, $phase) = @$edge;
            next if !$phases->{$phase} || exists $steps{$from};
            $steps{$from} = $steps{$to} + 1;
            push @queue, $from;
        }
    }
    delete $steps{$target};
    return \%steps;
}

sub compare {
    my ($mirror, $indices, $answers) = @_;
    chomp(my @indices = split /\n/, slurp($indices));
    @indices <= 1 or die 'one index is expected: ' . join(' ', @indices);
    my $archives = archives($mirror);
    my $package = @indices ? index_of($indices[0]) : index_made($archives);
    my %taken = @indices ? map { $_ => 1 } grep { $archives->{$_} } values %$package : %{ newest($archives) };
    my (%required_by, $edges);
    for my $from (sort keys %$archives) {
        for (@{ requirements($archives->{$from}) }) {
            my ($phase, $module) = @$_;
            my $to = $package->{$module};
            next if !defined $to || !$archives->{$to} || $to eq $from;
            push @{ $required_by{$to} }, [$from, $phase, $module];
            $edges++;
        }
    }
    my %runtime = (runtime => 1);
    my %all = map { $_ => 1 } qw(runtime configure build test);
    my %answer;
    for my $answer (@{ json($answers)->{answers} }) {
        $answer{ $_->{path} =~ s{.*authors/id/}{}r } = $_ for @{ $answer->{archives} };
    }
    my ($compared, $dependents, $wrong) = (0, 0, 0);
    for my $target (sort keys %$archives) {
        my $answer = $answer{ decoded($target) } or die "no answer for $target\n";
        my $runs = distances(\%required_by, $target, \%runtime);
        my $needs = distances(\%required_by, $target, \%all);
        my %direct;
        my %by;
        for (@{ $required_by{$target} || [] }) {
            my ($from, $phase, $module) = @$_;
            $direct{$from}{$phase} = 1;
            $by{ decoded($from) }{"$phase $module"} = 1;
        }
        my (%count, %way);
        for my $from (keys %$needs) {
            my $use = exists $runs->{$from} ? 'runtime' : 'build_or_test';
            if (!$taken{$from}) { $count{others}{$use}++; next }
            $count{all}{$use}++;
            if ($direct{$from}) { $count{direct}{ $direct{$from}{runtime} ? 'runtime' : 'build_or_test' }++ }
            $way{ decoded($from) } = join ' ', $use, $runs->{$from} // $needs->{$from};
        }
        my %said = map {
            ($_->{steps}[0]{path} =~ s{.*authors/id/}{}r) =>
                join ' ', $_->{runtime} ? 'runtime' : 'build_or_test', scalar @{ $_->{steps} }
        } @{ $answer->{ways} };
        my %said_direct;
        for (@{ $answer->{direct} }) {
            next if $_->{use} eq 'optional';
            my $need = $_->{need};
            $said_direct{ $_->{path} =~ s{.*authors/id/}{}r }{"$need->{phase} $need->{module}"} = 1;
        }
        my %expected = map {
            my $of = $_;
            $of => { map { $_ => $count{$of}{$_} // 0 } qw(runtime build_or_test) }
        } qw(direct all others);
        my $canonical = JSON::PP->new->canonical;
        for ([$answer->{dependents}, \%expected], [\%said, \%way], [\%said_direct, \%by]) {
            my ($is, $expected) = map { $canonical->encode($_) } @$_;
            next if $is eq $expected;
            print STDERR "$target:\n  perlscan $is\n  expected $expected\n";
            $wrong++;
        }
        $compared++;
        $dependents += keys %$needs;
    }
    die "$wrong differences\n" if $wrong;
    die "too few edges: $edges\n" if $edges < 25;
    print "darkpan-graph: $compared archives, $edges requirements between them, ",
        "$dependents dependents: all as expected\n";
}

# A file's name as a report has it.
sub decoded { my ($bytes) = @_; utf8::decode($bytes); return $bytes }

# The difference of two reports, counted anew.
sub diff {
    my ($old, $new, $said) = map { json($_) } @_;
    my ($was, $is) = map { my $r = $_; +{ map { $_->{path} => $_->{archive} } @{ $r->{projects} } } } $old, $new;
    my ($had, $has) = map {
        my $r = $_;
        +{ map { join("\t", @{$_}{qw(project dist id)}) => $_ } @{ $r->{findings} } };
    } $old, $new;
    my %expected = (
        added => [ sort grep { !$was->{$_} } keys %$is ],
        removed => [ sort grep { !$is->{$_} } keys %$was ],
        changed => [ sort grep { $was->{$_} && $was->{$_}{sha256} ne $is->{$_}{sha256} } keys %$is ],
        standing => [ sort grep { $was->{$_} && ($was->{$_}{standing} // '') ne ($is->{$_}{standing} // '') } keys %$is ],
        new => [ sort grep { !$had->{$_} } keys %$has ],
        gone => [ sort grep { !$has->{$_} } keys %$had ],
        still => [ sort grep { $had->{$_} } keys %$has ],
    );
    my $name = sub { my ($f) = @_; exists $f->{id} ? join("\t", @{$f}{qw(project dist id)}) : ($f->{new} // $f)->{path} };
    my %is = map { my $list = $_->[1]; $_->[0] => [ sort map { $name->($_) } @$list ] }
        map { my $part = $said->{$_}; map { [$_, $part->{$_}] } keys %$part } qw(archives findings);
    my $failing = grep { $has->{$_}{fails} && !($had->{$_} && $had->{$_}{fails}) } keys %$has;
    my ($found, $wanted) = map { JSON::PP->new->canonical->pretty->encode($_) }
        { %is, failing => $said->{new_failing} }, { %expected, failing => $failing };
    die "darkpan diff says\n$found, and expected is\n$wanted" if $found ne $wanted;
    print 'darkpan diff: ', join(', ', map { scalar(@{ $expected{$_} }) . " $_" } sort keys %expected),
        ", $failing failing: as expected\n";
}
