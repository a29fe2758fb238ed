using System.Text.Json.Serialization;

namespace Appliance.Server.Csc.Answers;

/// <summary>bulk/activations/open.</summary>
internal sealed record BulkOpenAnswer(
    [property: JsonPropertyName("activationID")] string ActivationId,
    [property: JsonPropertyName("expiresIn")] int ExpiresIn);
