namespace Appliance.Server.Csc.Answers;

/// <summary>bulk/activations/fill: an empty object, so that every answer is JSON.</summary>
internal sealed record BulkFillAnswer;
