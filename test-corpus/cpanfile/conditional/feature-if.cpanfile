if ($] > 5) {
    feature 'x', 'X' => sub { requires 'A' };
}
