namespace Appliance.Timestamping.Tests.Keys;

/// <summary>Tests that share one login at the token.</summary>
[CollectionDefinition(Name)]
public sealed class SharedTokens : ICollectionFixture<SoftHsm>
{
    public const string Name = "SoftHSM2";
}
