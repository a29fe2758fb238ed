using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>What was paid for (proto/appliance/v1/signers.proto).</summary>
internal sealed record PackagesAnswer(
    [property: JsonPropertyName("signerID")] string SignerId,
    [property: JsonPropertyName("packages")] IReadOnlyList<PackageAnswer> Packages);
