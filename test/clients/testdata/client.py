"""Calls the API by the client that openapi-python-client has made of its
document; the address of the stage is the one argument."""

import json
import sys

from pets_client import Client
from pets_client.api.default import create_pet, get_pet, list_pets
from pets_client.models import NewPet, NewPetKind, Pet, PetKind, Problem

client = Client(base_url=sys.argv[1], raise_on_unexpected_status=True)

made = create_pet.sync(client=client, body=NewPet(name='Anne "the cat" Müller', kind=NewPetKind.CAT))
assert isinstance(made, Pet), made

pet = get_pet.sync(made.id, client=client)
assert isinstance(pet, Pet) and pet.kind is PetKind.CAT, pet

refused = create_pet.sync_detailed(client=Client(base_url=sys.argv[1]), body=NewPet(name="", kind=NewPetKind.DOG))
missing = get_pet.sync("none", client=client)
assert isinstance(missing, Problem), missing

json.dump(
    {
        "name": pet.name,
        "dogs": [p.to_dict() for p in list_pets.sync(client=client, kind="dog")],
        "cats": made.id in [p.id for p in list_pets.sync(client=client, kind="cat")],
        "refused": [int(refused.status_code), refused.content.decode()],
        "missing": missing.message,
    },
    sys.stdout,
    ensure_ascii=False,
)
