map { requires('A') } 1;
