using System.Security.Cryptography;

namespace Appliance.Pkcs11.Tests.Fakes;

/// <summary>A private key of a fake token; without one, a secret key that wraps.</summary>
internal sealed record FakeKey(byte[] Id, string Label, ECDsa? Key);
