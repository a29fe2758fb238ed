using System.Text.Json.Serialization;
using Appliance.Server.Csc.Fields;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Csc.Inputs;

/// <summary>signatures/signHash (CSC API v1 11.9, v2 11.10), with the names of either version.</summary>
internal sealed class SignHashInput
{
    [JsonPropertyName("credentialID")]
    public FieldText CredentialId { get; set; }

    [JsonPropertyName("SAD")]
    public FieldText Sad { get; set; }

    [JsonPropertyName("hash")]
    public FieldHashes Hash { get; set; }

    [JsonPropertyName("hashes")]
    public FieldHashes Hashes { get; set; }

    [JsonPropertyName("hashAlgo")]
    public FieldText HashAlgo { get; set; }

    [JsonPropertyName("hashAlgorithmOID")]
    public FieldText HashAlgorithmOid { get; set; }

    [JsonPropertyName("signAlgo")]
    public FieldText SignAlgo { get; set; }

    [JsonPropertyName("signAlgoParams")]
    public FieldBytes SignAlgoParams { get; set; }

    [JsonPropertyName("operationMode")]
    public FieldText OperationMode { get; set; }

    [JsonPropertyName("validity_period")]
    public FieldNumber ValidityPeriod { get; set; }

    [JsonPropertyName("response_uri")]
    public FieldText ResponseUri { get; set; }

    [JsonPropertyName("clientData")]
    public FieldText ClientData { get; set; }

    /// <summary>The header Idempotency-Key, as it came.</summary>
    [JsonIgnore]
    public StringValues RequestIdHeader { get; set; }

    /// <summary>The same as a field, which gRPC has and JSON has not.</summary>
    [JsonIgnore]
    public FieldText RequestId { get; set; }

    /// <summary>Until the caller gives up, by the wire's own deadline; infinite when it has none.</summary>
    [JsonIgnore]
    public TimeSpan TimeLeft { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>Digests under either name, before anything is known of them; at least 1.</summary>
    [JsonIgnore]
    public int HashCount => Math.Max(1, Math.Max(CountOf(Hash), CountOf(Hashes)));

    private static int CountOf(in FieldHashes hashes) => hashes.Values.Count;
}
