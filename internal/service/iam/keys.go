package iam

import "cloudless/internal/storage/keys"

// The layout of the store. Names are case-insensitively unique, so they are
// lower in keys; ids are drawn once and never used again, so what belongs to an
// entity is filed under its id and survives its being renamed.
//
//	("iam", account, "entity", id)                        entity: a role, user, group or instance profile
//	("iam", account, "name", kind, lower name)            its id
//	("iam", account, "inline", id, policy name)           the document of an inline policy
//	("iam", account, "member", group id, user id)         nothing: the user is in the group
//	("iam", account, "policy", lower name)                policy: a customer managed policy
//	("iam", account, "document", policy id, version)      the document of one of its versions
//	("iam", account, "attached", policy ARN, usage, id)   nothing: the entity uses the policy
//	("iam", account, "account")                           accountRecord
//	("iam", account, "deletion", service, role name)      deletion
//	("iam", "alias", account alias)                       the account that has it
//	("iam", "access-key", access key id)                  accessKey
//	("iam", "access-key-use", access key id)              keyUse
//
// Whoever writes "inline", "member" and "attached" keys of an entity claims its
// record, which so guards them.

func entityKey(account, id string) []byte {
	return keys.Encode("iam", account, "entity", id)
}

func nameKey(account string, k kind, name string) []byte {
	return keys.Encode("iam", account, "name", string(k), lower(name))
}

// namePrefix begins the names of a kind; the lower name follows it.
func namePrefix(account string, k kind) []byte {
	return keys.Encode("iam", account, "name", string(k))
}

func inlineKey(account, id, policyName string) []byte {
	return keys.Encode("iam", account, "inline", id, policyName)
}

func memberKey(account, groupID, userID string) []byte {
	return keys.Encode("iam", account, "member", groupID, userID)
}

// memberPrefix begins the members of a group; the user's id follows it.
func memberPrefix(account, groupID string) []byte {
	return keys.Encode("iam", account, "member", groupID)
}

func policyKey(account, name string) []byte {
	return keys.Encode("iam", account, "policy", lower(name))
}

// policyPrefix begins the customer managed policies; the lower name follows it.
func policyPrefix(account string) []byte {
	return keys.Encode("iam", account, "policy")
}

func documentKey(account, policyID, version string) []byte {
	return keys.Encode("iam", account, "document", policyID, version)
}

func attachedKey(account, policyARN string, u usage, id string) []byte {
	return keys.Encode("iam", account, "attached", policyARN, string(u), id)
}

// attachedPrefix begins who uses a policy in one way; the entity's id follows it.
func attachedPrefix(account, policyARN string, u usage) []byte {
	return keys.Encode("iam", account, "attached", policyARN, string(u))
}

// usesPrefix begins who uses a policy in any way.
func usesPrefix(account, policyARN string) []byte {
	return keys.Encode("iam", account, "attached", policyARN)
}

// usedPrefix begins all uses of policies in an account; the ARN follows it.
func usedPrefix(account string) []byte {
	return keys.Encode("iam", account, "attached")
}

func deletionKey(account, service, roleName string) []byte {
	return keys.Encode("iam", account, "deletion", service, lower(roleName))
}

func accountKey(account string) []byte {
	return keys.Encode("iam", account, "account")
}

func aliasKey(alias string) []byte { return keys.Encode("iam", "alias", alias) }

func accessKeyKey(id string) []byte { return keys.Encode("iam", "access-key", id) }

func keyUseKey(id string) []byte { return keys.Encode("iam", "access-key-use", id) }
