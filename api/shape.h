/* The form of what operations take and answer: texts, numbers, lists, structures,
 * after the services' own models. Tables alone; validate.h checks by them, query.h
 * reads forms by them, xml.h writes by them. */
#ifndef SENDWARD_API_SHAPE_H
#define SENDWARD_API_SHAPE_H

#include <stddef.h>
#include <stdint.h>

enum api_kind {
	API_TEXT,
	API_CHOICE,  /* a text of `choices` */
	API_INTEGER, /* a JSON integer */
	API_NUMBER,  /* a JSON real or integer */
	API_FLAG,
	API_TIME,   /* inside: seconds since 1970, integer or real */
	API_BLOB,   /* inside: base64 text, as it came, known to be good */
	API_STRUCT, /* an object */
	API_LIST,   /* an array */
	API_MAP,    /* an object whose keys are free */
};

struct api_member;

struct api_shape {
	enum api_kind kind;
	/* TEXT: characters; BLOB: bytes, decoded; INTEGER: the value; LIST, MAP:
	 * entries. most 0: no limit beyond the request's own, except INTEGER */
	int64_t least, most;
	const char *choices;              /* CHOICE: "A|B|C" */
	const struct api_member *members; /* STRUCT: ends with name NULL */
	const struct api_shape *element;  /* LIST; values of a MAP */
};

enum api_member_flags {
	API_MEMBER_REQUIRED = 1,
	API_MEMBER_IN_PATH = 2,
	API_MEMBER_IN_QUERY = 4, /* else in the body */
};

struct api_member {
	const char *name; /* in the body, to handlers, and in errors */
	const char *wire; /* in path or query, when it is another; NULL */
	int flags;        /* of enum api_member_flags */
	const struct api_shape *shape;
};

/* For tables: a shape that is written where it is used. */
#define API_SHAPE(...) (&(const struct api_shape){__VA_ARGS__})
#define TEXT(min, max)                                                         \
	API_SHAPE(.kind = API_TEXT, .least = (min), .most = (max))
#define CHOICE(list) API_SHAPE(.kind = API_CHOICE, .choices = (list))
#define INTEGER(min, max)                                                      \
	API_SHAPE(.kind = API_INTEGER, .least = (min), .most = (max))
#define NUMBER API_SHAPE(.kind = API_NUMBER)
#define FLAG API_SHAPE(.kind = API_FLAG)
#define TIME API_SHAPE(.kind = API_TIME)
#define BLOB(max) API_SHAPE(.kind = API_BLOB, .most = (max))
#define STRUCT(list) API_SHAPE(.kind = API_STRUCT, .members = (list))
#define LIST(min, max, of)                                                     \
	API_SHAPE(.kind = API_LIST, .least = (min), .most = (max),             \
	    .element = (of))
#define MAP(max, of) API_SHAPE(.kind = API_MAP, .most = (max), .element = (of))
#define REQUIRED API_MEMBER_REQUIRED
#define IN_PATH API_MEMBER_IN_PATH
#define IN_QUERY API_MEMBER_IN_QUERY
#define END                                                                    \
	{                                                                      \
		NULL, NULL, 0, NULL                                            \
	}

#endif
