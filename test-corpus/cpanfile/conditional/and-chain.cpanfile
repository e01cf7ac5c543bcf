requires('A') and requires('B');
