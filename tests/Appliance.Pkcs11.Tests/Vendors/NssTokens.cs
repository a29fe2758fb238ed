namespace Appliance.Pkcs11.Tests.Vendors;

/// <summary>Tests that share the one database that NSS has in a process.</summary>
[CollectionDefinition(Name)]
public sealed class NssTokens : ICollectionFixture<NssToken>
{
    public const string Name = "NSS";
}
