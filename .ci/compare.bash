# For .ci/installs and .ci/real-installs: what perlscan lists, against what an
# installer says. $perlscan is the program.

# What perlscan lists of an origin in a folder, as lines of DIST-VERSION.
listed() {
    "$perlscan" inventory -f json "$2" | perl -MJSON::PP -0777 -e '
        my $origin = shift;
        my $packages = JSON::PP->new->decode(scalar <STDIN>)->{packages};
        print map { "$_->{dist}-$_->{version}\n" } grep { $_->{origin} eq $origin } @$packages;
    ' "$1" | sort
}

same() {
    if ! diff -u "$2" "$3"; then
        echo "$1: perlscan lists other releases than the installer" >&2
        exit 1
    fi
    echo "$1: $(wc -l <"$2") releases, all equal"
}
