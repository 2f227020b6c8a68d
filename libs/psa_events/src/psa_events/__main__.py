"""Look after dead letters: `python -m psa_events dead list|replay|drop SERVICE [MESSAGE_ID]`."""

import asyncio
import os
import sys

from psa_events import dead_letters

USAGE = "usage: python -m psa_events dead list|replay|drop SERVICE [MESSAGE_ID]"


async def main(arguments: list[str]) -> str:
    """Do what the arguments say; return what to tell the operator."""
    url = os.environ.get("PSA_AMQP_URL", "")
    if not url:
        sys.exit("PSA_AMQP_URL is not set; ./psa events sets it for the suite on this machine")
    match arguments:
        case ["dead", "list", service]:
            letters = await dead_letters.list_dead(url, service)
            lines = [f"{one.message_id}  {one.type}  {one.reason}" for one in letters]
            return "\n".join([*lines, f"{len(letters)} dead letters of {service}"])
        case ["dead", "replay", service]:
            return f"{await dead_letters.replay(url, service)} messages handed in again"
        case ["dead", "drop", service, message_id]:
            found = await dead_letters.drop(url, service, message_id)
            return "dropped" if found else f"{service} has no dead letter {message_id}"
        case _:
            sys.exit(USAGE)


if __name__ == "__main__":
    print(asyncio.run(main(sys.argv[1:])))
