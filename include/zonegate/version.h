/* The version of this library and of the program built with it. */
#ifndef ZONEGATE_VERSION_H
#define ZONEGATE_VERSION_H

#define ZG_VERSION "0.1.0"

#endif
