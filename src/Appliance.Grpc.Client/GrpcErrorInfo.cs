namespace Appliance.Grpc.Client;

/// <summary>The cause of a refusal for programs to act upon (google.rpc.ErrorInfo, AIP-193).</summary>
/// <param name="Reason">Unique within the domain.</param>
/// <param name="Domain">Who defined the reason.</param>
/// <param name="Metadata">Further facts; may be empty.</param>
public sealed record GrpcErrorInfo(string Reason, string Domain, IReadOnlyDictionary<string, string> Metadata);
