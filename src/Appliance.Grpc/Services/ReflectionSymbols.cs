using Google.Protobuf.Reflection;

namespace Appliance.Grpc.Services;

/// <summary>The full names that a file declares.</summary>
internal static class ReflectionSymbols
{
    /// <summary>
    /// Services, methods, messages at every depth, their fields and oneofs, enums, their values, extensions. A value is
    /// named as protobuf scopes it, beside its enum, and as C# names it, inside: there are clients for both.
    /// </summary>
    public static IEnumerable<string> Of(FileDescriptor file)
        => file.Services.Select(service => service.FullName)
            .Concat(file.Services.SelectMany(service => service.Methods).Select(method => method.FullName))
            .Concat(MessagesOf(file).SelectMany(Of))
            .Concat(file.EnumTypes.SelectMany(Of))
            .Concat(ExtensionsOf(file).Select(extension => extension.FullName));

    /// <summary>Messages at every depth, those that hold the entries of maps included.</summary>
    public static IEnumerable<MessageDescriptor> MessagesOf(FileDescriptor file)
        => file.MessageTypes.SelectMany(WithNested);

    /// <summary>Extensions at every depth.</summary>
    public static IEnumerable<FieldDescriptor> ExtensionsOf(FileDescriptor file)
        => file.Extensions.UnorderedExtensions
            .Concat(MessagesOf(file).SelectMany(message => message.Extensions.UnorderedExtensions));

    private static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message)
        => message.NestedTypes.SelectMany(WithNested).Prepend(message);

    private static IEnumerable<string> Of(MessageDescriptor message)
        => message.Fields.InDeclarationOrder().Select(field => field.FullName)
            .Concat(message.Oneofs.Select(oneof => oneof.FullName))
            .Concat(message.EnumTypes.SelectMany(Of))
            .Prepend(message.FullName);

    private static IEnumerable<string> Of(EnumDescriptor type)
    {
        var scope = type.FullName[..^type.Name.Length];
        return type.Values
            .SelectMany(value => new[] { scope + value.Name, type.FullName + "." + value.Name })
            .Prepend(type.FullName);
    }
}
